package dev.nibble.kernel.notebook;

import dev.nibble.kernel.display.JavaHtml;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import java.nio.file.Path;

/**
 * A notebook as one HTML page that works by itself, without a network, for years: text, formulas, tables, pictures and
 * figures are inside, and the page forbids the browser to load anything. Light and dark follow the reader; on paper and
 * where no scripts run, figures are pictures and formulas are their LaTeX.
 */
public final class HtmlReport {
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
        return ReportPage.text(
                notebook.title(title),
                "",
                cells.toString(),
                markdown.hasFormulas() || outputs.hasFormulas(),
                outputs.figures() > 0);
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
