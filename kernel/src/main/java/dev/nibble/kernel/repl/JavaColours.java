package dev.nibble.kernel.repl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Colours Java while it is typed: comments, texts, numbers, keywords, types, and the words of magics. */
final class JavaColours implements Highlighter {
    private static final Pattern TOKEN = Pattern.compile("""
            (?<comment>//[^\\n]*|/\\*.*?(?:\\*/|\\z))\
            |(?<text>\"""(?:[^\\\\]|\\\\.)*?(?:\"""|\\z)|"(?:[^"\\\\\\n]|\\\\.)*"?|'(?:[^'\\\\\\n]|\\\\.)*'?)\
            |(?<number>\\b\\d[\\w.]*)\
            |(?<magic>^[ \\t]*(?:%%?\\w+|!))\
            |(?<word>[\\p{L}_$][\\p{L}\\p{N}_$]*)""", Pattern.DOTALL | Pattern.MULTILINE);

    @Override
    public AttributedString highlight(LineReader reader, String line) {
        return colour(line);
    }

    static AttributedString colour(String code) {
        var out = new AttributedStringBuilder(code.length());
        Matcher token = TOKEN.matcher(code);
        int at = 0;
        while (token.find()) {
            out.append(code, at, token.start());
            out.styled(style(token), token.group());
            at = token.end();
        }
        return out.append(code, at, code.length()).toAttributedString();
    }

    private static AttributedStyle style(Matcher token) {
        if (token.group("comment") != null) {
            return AttributedStyle.DEFAULT.foreground(AttributedStyle.BRIGHT | AttributedStyle.BLACK);
        }
        if (token.group("text") != null) {
            return AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
        }
        if (token.group("number") != null) {
            return AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
        }
        if (token.group("magic") != null) {
            return AttributedStyle.DEFAULT.foreground(AttributedStyle.MAGENTA);
        }
        String word = token.group("word");
        boolean isKeyword = SourceVersion.isKeyword(word) || word.equals("var") || word.equals("record");
        return isKeyword
                ? AttributedStyle.DEFAULT.foreground(AttributedStyle.BLUE).bold()
                : Character.isUpperCase(word.charAt(0))
                        ? AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW)
                        : AttributedStyle.DEFAULT;
    }
}
