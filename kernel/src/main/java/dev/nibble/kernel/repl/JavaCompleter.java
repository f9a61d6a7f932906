package dev.nibble.kernel.repl;

import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.magic.CellCompletions;
import dev.nibble.kernel.protocol.Cells;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** What may follow, each with what it is; magics with what they do. */
final class JavaCompleter implements Completer {
    /** Characters that are shown of what a word is. */
    private static final int LONGEST = 60;

    private final Cells cells;

    JavaCompleter(Cells cells) {
        this.cells = cells;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String before = line.line().substring(0, line.cursor());
        Completion found = new CellCompletions(cells.magics(), cells.engine()).complete(line.line(), line.cursor());
        String word = before.substring(JavaLines.wordStart(before, before.length()));
        String typed = before.substring(Math.min(found.start(), before.length()));
        for (Match match : found.matches()) {
            // What is replaced may begin before the word, or within it: the line editor replaces the word.
            String text = typed.length() <= word.length()
                    ? word.substring(0, word.length() - typed.length()) + match.text()
                    : match.text().startsWith(typed) ? word + match.text().substring(typed.length()) : "";
            if (!text.isEmpty()) {
                candidates.add(candidate(text, says(match), match.type().equals("magic")));
            }
        }
    }

    private static String says(Match match) {
        String says = match.signature().isEmpty() ? match.type() : match.signature();
        return says.length() <= LONGEST ? says : says.substring(0, LONGEST - 1) + "…";
    }

    private static Candidate candidate(String text, String says, boolean complete) {
        return new Candidate(text, text, null, says, null, null, complete);
    }
}
