package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %who}: the names of the session's variables. */
public final class WhoMagic extends OptionMagic<WhoMagic.Arguments> {
    /** Its options. */
    @Command(name = "who", description = "the names of the variables, all or those of some types")
    static final class Arguments {
        @Parameters(paramLabel = "TYPE", description = "such as int, String, Matrix or List")
        private List<String> types = List.of();
    }

    /** Its one. */
    public WhoMagic() {
        super(Arguments::new, Argument.TEXT);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) {
        var names = variables(context, arguments.types).keySet();
        context.cell().say(names.isEmpty() ? none(arguments.types) : String.join("  ", names));
        return Evaluation.NOTHING;
    }

    /** Names to types; a type without its type arguments stands for all with some. */
    static Map<String, String> variables(Context context, List<String> types) {
        Map<String, String> found = new LinkedHashMap<>();
        context.engine().variables().forEach((name, type) -> {
            String bare = type.replaceFirst("<.*>", "");
            if (types.isEmpty() || types.contains(type) || types.contains(bare)) {
                found.put(name, type);
            }
        });
        return found;
    }

    static String none(List<String> types) {
        return types.isEmpty() ? "no variables yet" : "no variables of type " + String.join(" or ", types);
    }
}
