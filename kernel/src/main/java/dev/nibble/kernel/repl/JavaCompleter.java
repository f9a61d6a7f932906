package dev.nibble.kernel.repl;

import dev.nibble.kernel.jshell.Completions;
import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.magic.Magic;
import dev.nibble.kernel.protocol.Cells;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** What may follow, each with what it is; magics with what they do. */
final class JavaCompleter implements Completer {
    private static final Pattern MAGIC = Pattern.compile("(?:^|\\n)[ \\t]*(%%?)(\\w*)$");

    private final Cells cells;

    JavaCompleter(Cells cells) {
        this.cells = cells;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String before = line.line().substring(0, line.cursor());
        Matcher magic = MAGIC.matcher(before);
        if (magic.find()) {
            for (Magic one : cells.magics().all()) {
                candidates.add(candidate(magic.group(1) + one.name(), one.help(), true));
            }
            return;
        }
        Completion found = new Completions(cells.engine()).complete(line.line(), line.cursor());
        String word = before.substring(JavaLines.wordStart(before, before.length()));
        String typed = before.substring(Math.min(found.start(), before.length()));
        for (Match match : found.matches()) {
            // What is replaced may begin before the word, or within it: the line editor replaces the word.
            String text = typed.length() <= word.length()
                    ? word.substring(0, word.length() - typed.length()) + match.text()
                    : match.text().startsWith(typed) ? word + match.text().substring(typed.length()) : "";
            if (!text.isEmpty()) {
                candidates.add(candidate(text, match.type(), false));
            }
        }
    }

    private static Candidate candidate(String text, String says, boolean complete) {
        return new Candidate(text, text, null, says, null, null, complete);
    }
}
