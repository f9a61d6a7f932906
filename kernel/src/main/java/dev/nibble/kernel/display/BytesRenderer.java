package dev.nibble.kernel.display;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bytes: a picture if they are one (PNG, JPEG, GIF), else the first of them in hexadecimal. */
public final class BytesRenderer implements Renderer<byte[]> {
    private static final int MAX_PICTURE = 20_000_000;
    private static final int SHOWN = 256;

    @Override
    public Class<byte[]> type() {
        return byte[].class;
    }

    @Override
    public MimeBundle render(byte[] bytes, RenderOptions options) {
        String mime = picture(bytes);
        if (mime != null && bytes.length <= MAX_PICTURE) {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put(mime, Base64.getEncoder().encodeToString(bytes));
            data.put("text/plain", mime + ", " + Html.count(bytes.length) + " bytes");
            return MimeBundle.of(data);
        }
        StringBuilder text = new StringBuilder("byte[" + bytes.length + "]");
        for (int i = 0; i < Math.min(SHOWN, bytes.length); i++) {
            text.append(i % 16 == 0 ? "\n" : i % 8 == 0 ? "  " : " ");
            text.append(Character.forDigit(bytes[i] >> 4 & 15, 16)).append(Character.forDigit(bytes[i] & 15, 16));
        }
        return MimeBundle.text(text.append(bytes.length > SHOWN ? "\n…" : "").toString());
    }

    private static String picture(byte[] b) {
        if (starts(b, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
            return "image/png";
        }
        if (starts(b, 0xff, 0xd8, 0xff)) {
            return "image/jpeg";
        }
        return starts(b, 'G', 'I', 'F', '8') ? "image/gif" : null;
    }

    private static boolean starts(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 255) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
