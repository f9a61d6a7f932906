package dev.nibble.kernel.magic;

import java.util.List;

/** A magic that says what it is once, in its constructor, and whose work has no value. */
abstract class NamedMagic implements Magic {
    private final String name;
    private final String help;
    private final List<String> usage;

    NamedMagic(String name, String help, String... usage) {
        this.name = name;
        this.help = help;
        this.usage = List.of(usage);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final List<String> usage() {
        return usage;
    }

    @Override
    public final String help() {
        return help;
    }

    /** The lines after the magic's own; a magic that works on them can not do without. */
    static String body(Call call, String usage) {
        if (!call.wholeCell()) {
            throw new UsageError("it stands before a whole cell: " + usage);
        }
        String text = call.source().text();
        return text.substring(Math.min(call.argumentsEnd() + 1, text.length()), call.bodyEnd());
    }
}
