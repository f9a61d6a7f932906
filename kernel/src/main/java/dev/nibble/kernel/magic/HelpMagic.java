package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Imports;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** {@code %help}: what is there without an import, one line each. */
public final class HelpMagic implements Magic {
    @Override
    public String name() {
        return "help";
    }

    @Override
    public List<String> usage() {
        return List.of("%help");
    }

    @Override
    public String help() {
        return "this page";
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        var lines = new ArrayList<String>();
        lines.add("Java " + Runtime.version().feature()
                + ". A cell's last expression is shown; a semicolon at its end shows nothing.");
        lines.add("");
        lines.add("Imported already");
        String jdk = Imports.all().stream()
                .filter(entry -> entry.says().isEmpty())
                .map(Imports.Entry::name)
                .collect(Collectors.joining(", "));
        lines.add(row("the JDK's", jdk));
        for (Imports.Entry entry : Imports.all()) {
            if (!entry.says().isEmpty()) {
                lines.add(row(entry.name().replace("dev.nibble.kernel.cell.Notebook", "functions"), entry.says()));
            }
        }
        lines.add("");
        lines.add("Magics");
        for (Magic magic : context.all()) {
            lines.add(row(String.join(", ", magic.usage()), magic.help()));
        }
        lines.add("");
        lines.add("Keys in JupyterLab");
        lines.add(row("Tab", "completes"));
        lines.add(row("Shift-Tab", "shows documentation"));
        lines.add(row("I I", "(twice, outside the editor) interrupts the running cell"));
        lines.add("");
        lines.add("The heap is set by the environment of whoever starts the kernel: NIBBLE_JAVA_OPTS=-Xmx12g");
        context.cell().say(String.join("\n", lines));
        return Evaluation.NOTHING;
    }

    private static String row(String left, String right) {
        return String.format(Locale.ROOT, "  %-22s %s", left, right);
    }
}
