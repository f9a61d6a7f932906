package dev.nibble.kernel.jshell;

import java.util.List;
import java.util.Map;

/**
 * What a session has declared so far, for who compiles code against it without JShell.
 *
 * @param imports the lines of all imports, the default ones included
 * @param members variables, methods and types, the oldest first
 * @param classes the compiled classes of cells by their full name, inner ones too
 */
record SessionView(List<String> imports, List<Member> members, Map<String, byte[]> classes) {
    /** What a name of the session stands for. */
    enum MemberKind {
        VARIABLE,
        METHOD,
        TYPE
    }

    /**
     * A declaration.
     *
     * @param holder the full name of the class that has it as a static member
     * @param source as the cell wrote it
     */
    record Member(MemberKind kind, String name, String holder, String source) {}

    SessionView {
        imports = List.copyOf(imports);
        members = List.copyOf(members);
    }
}
