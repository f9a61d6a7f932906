package dev.nibble.kernel.notebook;

import org.jsoup.nodes.Entities;

/** The frame of a page that works by itself: what it may load, its styles, and its scripts with what they draw. */
final class ReportPage {
    /** What the page may load: what it holds. */
    private static final String POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; "
            + "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:; worker-src blob:; "
            + "connect-src 'none'; form-action 'none'; base-uri 'none'";

    private ReportPage() {}

    /**
     * The page.
     *
     * @param title as text
     * @param style besides that of every report; may be empty
     * @param content of the page, as HTML
     * @param formulas whether there are any, so that what sets them is put inside
     * @param figures whether there are any, so that what draws them is put inside
     */
    static String text(String title, String style, String content, boolean formulas, boolean figures) {
        StringBuilder page = new StringBuilder(content.length() + 4_000_000);
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
                .append(POLICY)
                .append("\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.append("<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.append("<title>").append(Entities.escape(title)).append("</title>\n");
        page.append("<style>\n").append(ReportAssets.style()).append(style).append("</style>\n");
        if (formulas) {
            page.append("<style>\n").append(ReportAssets.formulaStyle()).append("</style>\n");
        }
        page.append("</head>\n<body>\n<main>\n").append(content).append("</main>\n");
        page.append("<footer>Made with Nibble; everything shown is inside this page.</footer>\n");
        if (formulas) {
            packed(page, "packed-katex", ReportAssets.formulaScript());
        }
        if (figures) {
            packed(page, "packed-plotly", ReportAssets.plotlyScript());
        }
        if (formulas || figures) {
            page.append("<script>\n").append(ReportAssets.script()).append("</script>\n");
        }
        return page.append("</body>\n</html>\n").toString();
    }

    private static void packed(StringBuilder page, String id, String base64) {
        page.append("<script type=\"text/plain\" id=\"")
                .append(id)
                .append("\">")
                .append(base64)
                .append("</script>\n");
    }
}
