package dev.nibble.kernel.display;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The plotly.js that the distribution carries. It lies beside {@code kernel.json}, so that Jupyter serves it to
 * figures under {@code /kernelspecs/NAME/}; reports carry it inside.
 */
public final class PlotlyScript {
    /** Its name in the kernelspec folder. */
    public static final String FILE = "plotly.min.js";

    /** System property with the name of the kernelspec that started this kernel; "nibble" if it is not set. */
    public static final String KERNELSPEC_PROPERTY = "nibble.kernelspec";

    private static final String RESOURCE = "META-INF/resources/webjars/plotly.js-dist/3.3.1/plotly.js";

    private PlotlyScript() {}

    /** The script, 11 MB, UTF-8. */
    public static byte[] bytes() {
        try (InputStream in = PlotlyScript.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("plotly.js is not on the class path: expected " + RESOURCE);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where Jupyter serves it, relative to the server's base URL. */
    public static String path() {
        String name = System.getProperty(KERNELSPEC_PROPERTY, "nibble");
        return "kernelspecs/" + (name.matches("[A-Za-z0-9._-]+") ? name : "nibble") + "/" + FILE;
    }
}
