package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.JsonNode;

/** Cursors: the protocol counts code points, Java counts UTF-16 units. */
final class CodePoints {
    private CodePoints() {}

    /** The cursor of a request as an index into {@code code}; its end if there is none, or one outside. */
    static int cursor(Request request, String code) {
        JsonNode position = request.content().path("cursor_pos");
        int points = code.codePointCount(0, code.length());
        if (!position.isIntegralNumber()) {
            return code.length();
        }
        long clamped = Math.min(Math.max(position.asLong(), 0), points);
        return code.offsetByCodePoints(0, (int) clamped);
    }

    /** An index into {@code code} as the protocol counts it. */
    static int position(String code, int index) {
        return code.codePointCount(0, index);
    }
}
