package dev.nibble.kernel.notebook;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/**
 * Terminal text as HTML: colours and weights (SGR sequences, 8, 16, 256 and 24-bit colours) become spans, other escape
 * sequences go, a carriage return begins the line anew as it does in a terminal.
 */
final class AnsiHtml {
    private static final Pattern ESCAPE =
            Pattern.compile("\u001b\\[([0-9;:]*)([A-Za-z])|\u001b\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|\u001b.");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");
    private static final String[] NAMES = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

    private String foreground = "";
    private String background = "";
    private boolean bold;
    private boolean faint;
    private boolean italic;
    private boolean underlined;

    private AnsiHtml() {}

    static String of(String text) {
        return new AnsiHtml().convert(overwritten(text));
    }

    /** What remains visible of lines that carriage returns rewrote. */
    static String overwritten(String text) {
        String unix = text.replace("\r\n", "\n");
        if (unix.indexOf('\r') < 0) {
            return unix;
        }
        StringBuilder out = new StringBuilder();
        for (String line : unix.split("\n", -1)) {
            String[] versions = line.split("\r", -1);
            String last = "";
            for (String version : versions) {
                last = version.isEmpty() ? last : version;
            }
            out.append(last).append('\n');
        }
        out.setLength(out.length() - 1);
        return out.toString();
    }

    private String convert(String text) {
        StringBuilder out = new StringBuilder(text.length() + 64);
        Matcher escape = ESCAPE.matcher(text);
        int at = 0;
        while (escape.find()) {
            span(out, text.substring(at, escape.start()));
            at = escape.end();
            if ("m".equals(escape.group(2))) {
                apply(escape.group(1).split("[;:]"));
            }
        }
        span(out, text.substring(at));
        return out.toString();
    }

    private void span(StringBuilder out, String text) {
        if (text.isEmpty()) {
            return;
        }
        String classes = ((bold ? " ansi-bold" : "")
                        + (faint ? " ansi-faint" : "")
                        + (italic ? " ansi-italic" : "")
                        + (underlined ? " ansi-underline" : "")
                        + named(foreground, "fg")
                        + named(background, "bg"))
                .strip();
        String style = rgb(foreground, "color") + rgb(background, "background-color");
        String escaped = Entities.escape(CONTROL.matcher(text).replaceAll(""));
        if (classes.isEmpty() && style.isEmpty()) {
            out.append(escaped);
            return;
        }
        out.append("<span");
        out.append(classes.isEmpty() ? "" : " class=\"" + classes + "\"");
        out.append(style.isEmpty() ? "" : " style=\"" + style + "\"");
        out.append('>').append(escaped).append("</span>");
    }

    private static String named(String colour, String what) {
        return colour.isEmpty() || colour.startsWith("#") ? "" : " ansi-" + what + "-" + colour;
    }

    private static String rgb(String colour, String property) {
        return colour.startsWith("#") ? property + ":" + colour + ";" : "";
    }

    private void apply(String[] codes) {
        for (int i = 0; i < codes.length; i++) {
            int code = number(codes[i]);
            if ((code == 38 || code == 48) && i + 1 < codes.length) {
                int kind = number(codes[i + 1]);
                String colour = "";
                if (kind == 5 && i + 2 < codes.length) {
                    colour = indexed(number(codes[i + 2]));
                    i += 2;
                } else if (kind == 2 && i + 4 < codes.length) {
                    colour = hex(number(codes[i + 2]), number(codes[i + 3]), number(codes[i + 4]));
                    i += 4;
                }
                if (code == 38) {
                    foreground = colour;
                } else {
                    background = colour;
                }
            } else {
                apply(code);
            }
        }
    }

    private void apply(int code) {
        switch (code) {
            case 0 -> {
                foreground = "";
                background = "";
                bold = false;
                faint = false;
                italic = false;
                underlined = false;
            }
            case 1 -> bold = true;
            case 2 -> faint = true;
            case 3 -> italic = true;
            case 4 -> underlined = true;
            case 22 -> {
                bold = false;
                faint = false;
            }
            case 23 -> italic = false;
            case 24 -> underlined = false;
            case 39 -> foreground = "";
            case 49 -> background = "";
            default -> {
                if (code >= 30 && code <= 37) {
                    foreground = NAMES[code - 30];
                } else if (code >= 90 && code <= 97) {
                    foreground = NAMES[code - 90];
                } else if (code >= 40 && code <= 47) {
                    background = NAMES[code - 40];
                } else if (code >= 100 && code <= 107) {
                    background = NAMES[code - 100];
                }
            }
        }
    }

    private static int number(String digits) {
        return digits.isEmpty() ? 0 : digits.length() > 4 ? -1 : Integer.parseInt(digits);
    }

    /** The 256 colours: 16 named, a cube of six levels, 24 greys (ECMA-48 as xterm has it). */
    private static String indexed(int index) {
        if (index < 0 || index > 255) {
            return "";
        }
        if (index < 16) {
            return NAMES[index % 8];
        }
        if (index >= 232) {
            int grey = 8 + (index - 232) * 10;
            return hex(grey, grey, grey);
        }
        int cube = index - 16;
        return hex(level(cube / 36), level(cube / 6 % 6), level(cube % 6));
    }

    private static int level(int step) {
        return step == 0 ? 0 : 55 + 40 * step;
    }

    private static String hex(int r, int g, int b) {
        return String.format(Locale.ROOT, "#%02x%02x%02x", r & 255, g & 255, b & 255);
    }
}
