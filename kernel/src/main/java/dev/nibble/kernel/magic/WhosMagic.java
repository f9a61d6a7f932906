package dev.nibble.kernel.magic;

import dev.nibble.kernel.display.ValueSummary;
import dev.nibble.kernel.jshell.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %whos}: the session's variables with type, shape and bytes. */
public final class WhosMagic extends OptionMagic<WhosMagic.Arguments> {
    private static final int LONGEST_TYPE = 40;

    /** Its options. */
    @Command(name = "whos", description = "the variables with type, shape and bytes, all or those of some types")
    static final class Arguments {
        @Parameters(paramLabel = "TYPE", description = "such as int, String, Matrix or List")
        private List<String> types = List.of();
    }

    /** Its one. */
    public WhosMagic() {
        super(Arguments::new, Argument.TEXT);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) {
        List<String[]> lines = new ArrayList<>();
        lines.add(new String[] {"name", "type", "shape", "bytes"});
        WhoMagic.variables(context, arguments.types).forEach((name, type) -> {
            Object value = context.engine().value(name).orElse(null);
            long bytes = ValueSummary.bytes(value);
            lines.add(new String[] {
                name, clip(type), ValueSummary.shape(value), bytes < 0 ? "" : String.format(Locale.ROOT, "%,d", bytes)
            });
        });
        context.cell().say(lines.size() == 1 ? WhoMagic.none(arguments.types) : table(lines));
        return Evaluation.NOTHING;
    }

    private static String clip(String type) {
        return type.length() <= LONGEST_TYPE ? type : type.substring(0, LONGEST_TYPE - 1) + "…";
    }

    private static String table(List<String[]> lines) {
        int columns = lines.getFirst().length;
        int[] widths = new int[columns];
        for (String[] line : lines) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], line[c].length());
            }
        }
        var text = new StringBuilder();
        for (String[] line : lines) {
            var one = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String blanks = " ".repeat(widths[c] - line[c].length());
                one.append(c == columns - 1 ? blanks + line[c] : line[c] + blanks + "  ");
            }
            text.append(text.isEmpty() ? "" : "\n").append(one.toString().stripTrailing());
        }
        return text.toString();
    }
}
