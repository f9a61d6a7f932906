package dev.nibble.kernel.notebook;

import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import java.nio.file.Path;
import org.jsoup.nodes.Entities;

/**
 * A notebook as one HTML page that works by itself, without a network, for years: text, formulas, tables, pictures and
 * figures are inside, and the page forbids the browser to load anything. Light and dark follow the reader; on paper and
 * where no scripts run, figures are pictures and formulas are their LaTeX.
 */
public final class HtmlReport {
    /** What the page may load: what it holds. */
    private static final String POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; "
            + "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:; worker-src blob:; "
            + "connect-src 'none'; form-action 'none'; base-uri 'none'";

    private HtmlReport() {}

    /**
     * Writes the page; nothing half-written stays behind.
     *
     * @param notebook with its outputs
     * @param folder where its pictures lie, usually the notebook's own, or null
     * @param title of the page if the notebook has no heading
     * @param file the page
     * @throws NotebookException if it cannot be written
     */
    public static void write(NotebookDocument notebook, Path folder, String title, Path file) {
        SafeFile.write(file, text(notebook, folder, title));
    }

    /** The page. */
    public static String text(NotebookDocument notebook, Path folder, String title) {
        MarkdownHtml markdown = new MarkdownHtml(folder);
        OutputHtml outputs = new OutputHtml(markdown);
        StringBuilder cells = new StringBuilder();
        for (Cell cell : notebook.cells()) {
            cells.append(cell(cell, markdown, outputs)).append('\n');
        }
        boolean formulas = markdown.hasFormulas() || outputs.hasFormulas();
        StringBuilder page = new StringBuilder(cells.length() + 4_000_000);
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
                .append(POLICY)
                .append("\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.append("<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.append("<title>").append(Entities.escape(notebook.title(title))).append("</title>\n");
        page.append("<style>\n").append(ReportAssets.style()).append("</style>\n");
        if (formulas) {
            page.append("<style>\n").append(ReportAssets.formulaStyle()).append("</style>\n");
        }
        page.append("</head>\n<body>\n<main>\n").append(cells).append("</main>\n");
        page.append("<footer>Made with Nibble; everything shown is inside this page.</footer>\n");
        if (formulas) {
            packed(page, "packed-katex", ReportAssets.formulaScript());
        }
        if (outputs.figures() > 0) {
            packed(page, "packed-plotly", ReportAssets.plotlyScript());
        }
        if (formulas || outputs.figures() > 0) {
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

    private static String cell(Cell cell, MarkdownHtml markdown, OutputHtml outputs) {
        return switch (cell.kind()) {
            case MARKDOWN -> "<section class=\"text\">" + markdown.of(cell.source(), cell.attachments()) + "</section>";
            case RAW -> "";
            case CODE -> code(cell, outputs);
        };
    }

    private static String code(Cell cell, OutputHtml outputs) {
        if (cell.source().isBlank() && cell.outputs().isEmpty()) {
            return "";
        }
        String count =
                cell.executionCount() == null ? " " : cell.executionCount().toString();
        StringBuilder out = new StringBuilder("<section class=\"code\">");
        out.append("<pre class=\"in\" data-count=\"").append(count).append("\"><code>");
        out.append(JavaHtml.of(cell.source().stripTrailing())).append("</code></pre>");
        cell.outputs().forEach(o -> out.append(outputs.of(o)));
        return out.append("</section>").toString();
    }
}
