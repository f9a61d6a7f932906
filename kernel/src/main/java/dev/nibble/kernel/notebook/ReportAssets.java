package dev.nibble.kernel.notebook;

import dev.nibble.kernel.display.PlotlyScript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** The scripts, styles and fonts that a report carries inside; libraries are packed, and the browser unpacks them. */
final class ReportAssets {
    private static final String KATEX = "META-INF/resources/webjars/katex/0.18.11/dist/";
    private static final Pattern FONT = Pattern.compile("src:\\s*url\\((fonts/[A-Za-z0-9_-]+\\.woff2)\\)[^;}]*");

    private ReportAssets() {}

    static String style() {
        return text("dev/nibble/kernel/notebook/report.css");
    }

    /** What a report of a comparison has besides. */
    static String comparisonStyle() {
        return text("dev/nibble/kernel/notebook/comparison.css");
    }

    static String script() {
        return text("dev/nibble/kernel/notebook/report.js");
    }

    /** KaTeX's style with its fonts inside. */
    static String formulaStyle() {
        return FONT.matcher(text(KATEX + "katex.min.css")).replaceAll(font -> {
            String data = Base64.getEncoder().encodeToString(bytes(KATEX + font.group(1)));
            return Matcher.quoteReplacement("src:url(data:font/woff2;base64," + data + ") format(\"woff2\")");
        });
    }

    static String formulaScript() {
        return packed(bytes(KATEX + "katex.min.js"));
    }

    static String plotlyScript() {
        return packed(PlotlyScript.bytes());
    }

    private static String packed(byte[] script) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            gzip.write(script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(out.toByteArray());
    }

    private static String text(String resource) {
        return new String(bytes(resource), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = ReportAssets.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
