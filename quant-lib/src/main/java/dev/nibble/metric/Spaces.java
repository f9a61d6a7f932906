package dev.nibble.metric;

/** White space as Python's {@code str.split}, {@code str.rstrip} and {@code \s} know it. */
final class Spaces {
    /** The same as a class of a regular expression, without its brackets. */
    static final String CLASS = "\\t-\\r\\x1c-\\x20\\x85\\p{Z}";

    private Spaces() {}

    static boolean isSpace(char c) {
        return Character.isSpaceChar(c) || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) || c == 0x85;
    }
}
