package dev.nibble.kernel.jshell;

import com.sun.source.doctree.AttributeTree;
import com.sun.source.doctree.BlockTagTree;
import com.sun.source.doctree.DeprecatedTree;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EndElementTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.ErroneousTree;
import com.sun.source.doctree.InheritDocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.RawTextTree;
import com.sun.source.doctree.ReferenceTree;
import com.sun.source.doctree.ReturnTree;
import com.sun.source.doctree.SnippetTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.SummaryTree;
import com.sun.source.doctree.SystemPropertyTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.doctree.ThrowsTree;
import com.sun.source.doctree.UnknownBlockTagTree;
import com.sun.source.doctree.UnknownInlineTagTree;
import com.sun.source.doctree.ValueTree;
import com.sun.source.util.SimpleDocTreeVisitor;
import java.util.ArrayList;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.safety.Safelist;

/** Documentation comments as HTML that any page can hold: harmless elements, styles in place, no colours of its own. */
final class JavadocHtml extends SimpleDocTreeVisitor<Void, Void> {
    private static final String CODE = "<code>";
    private static final Safelist SAFE = Safelist.relaxed().removeTags("img");
    private static final String CELL = "padding:1px 12px 1px 0;vertical-align:top;text-align:left";

    private final StringBuilder out = new StringBuilder();
    private final String inherited;

    private JavadocHtml(String inherited) {
        this.inherited = inherited;
    }

    /**
     * The description, without block tags.
     *
     * @param inherited what {@code {@inheritDoc}} stands for
     */
    static String description(DocCommentTree comment, String inherited) {
        return html(comment.getFullBody(), inherited);
    }

    /** The first sentence. */
    static String summary(DocCommentTree comment) {
        return html(comment.getFirstSentence(), "");
    }

    /** A part of a comment, such as what a tag says. */
    static String part(List<? extends DocTree> trees) {
        return html(trees, "");
    }

    private static String html(List<? extends DocTree> trees, String inherited) {
        var visitor = new JavadocHtml(inherited);
        trees.forEach(tree -> tree.accept(visitor, null));
        return clean(visitor.out.toString());
    }

    /** Parameters, result and exceptions as a table, and what is said besides; empty if nothing is. */
    static String tags(DocCommentTree comment, String inherited) {
        var rows = new ArrayList<String>();
        var notes = new StringBuilder();
        for (DocTree tag : comment.getBlockTags()) {
            switch (tag) {
                case ParamTree one ->
                    rows.add(row(
                            one.isTypeParameter()
                                    ? "&lt;" + one.getName() + "&gt;"
                                    : one.getName().toString(),
                            html(one.getDescription(), inherited)));
                case ReturnTree one -> rows.add(row("returns", html(one.getDescription(), inherited)));
                case ThrowsTree one ->
                    rows.add(row(
                            "throws " + simple(one.getExceptionName().toString()),
                            html(one.getDescription(), inherited)));
                case DeprecatedTree one ->
                    notes.append("<p><b>Deprecated.</b> ")
                            .append(html(one.getBody(), ""))
                            .append("</p>");
                case UnknownBlockTagTree one -> note(one, notes, inherited);
                default -> {}
            }
        }
        String table = rows.isEmpty()
                ? ""
                : "<table style=\"border-collapse:collapse;margin:0.5em 0;color:inherit;font-size:inherit\">"
                        + String.join("", rows) + "</table>";
        return notes + table;
    }

    /** What the JDK's own tags say: {@code @implNote}, {@code @apiNote}. */
    private static void note(UnknownBlockTagTree tag, StringBuilder notes, String inherited) {
        if (tag.getTagName().equals("apiNote") || tag.getTagName().equals("implNote")) {
            notes.append("<p><b>Note:</b> ")
                    .append(html(tag.getContent(), inherited))
                    .append("</p>");
        }
    }

    private static String row(String name, String html) {
        return "<tr><th style=\"" + CELL + ";white-space:nowrap\"><code>" + name + "</code></th><td style=\"" + CELL
                + "\">" + html + "</td></tr>";
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String clean(String html) {
        Document document = Jsoup.parseBodyFragment(Jsoup.clean(html, "https://docs.oracle.com/", SAFE));
        document.outputSettings().prettyPrint(false);
        document.select("a").unwrap();
        document.select("pre").attr("style", "margin:0.4em 0 0.4em 1em;white-space:pre");
        document.select("table").attr("style", "border-collapse:collapse;color:inherit;font-size:inherit");
        document.select("th, td").attr("style", CELL);
        return document.body().html().strip();
    }

    /** HTML as lines of text. */
    static String text(String html) {
        Document document = Jsoup.parseBodyFragment(html);
        var text = new StringBuilder();
        append(document.body(), text, false);
        return text.toString()
                .replaceAll("[ \\t]+\n", "\n")
                .replaceAll("\n{3,}", "\n\n")
                .strip();
    }

    private static void append(Node node, StringBuilder text, boolean isPre) {
        if (node instanceof TextNode leaf) {
            String words = isPre ? leaf.getWholeText() : leaf.getWholeText().replaceAll("\\s+", " ");
            boolean isAtStart = text.isEmpty() || text.charAt(text.length() - 1) == '\n';
            text.append(isAtStart && !isPre ? words.stripLeading() : words);
            return;
        }
        String name = node instanceof Element element ? element.normalName() : "";
        switch (name) {
            case "p", "pre", "table", "ul", "ol", "dl", "h2", "h3", "h4", "blockquote" -> breakTo(text, 2);
            case "div", "tr", "dt" -> breakTo(text, 1);
            case "li" -> {
                breakTo(text, 1);
                text.append("  - ");
            }
            case "dd" -> {
                breakTo(text, 1);
                text.append("    ");
            }
            case "br" -> text.append('\n');
            case "td" -> text.append("  ");
            case "th" -> text.append("  ");
            default -> {}
        }
        for (Node child : node.childNodes()) {
            append(child, text, isPre || name.equals("pre"));
        }
        if (name.equals("p") || name.equals("pre") || name.equals("table") || name.equals("ul")) {
            breakTo(text, 2);
        }
    }

    private static void breakTo(StringBuilder text, int lines) {
        if (text.isEmpty()) {
            return;
        }
        int have = 0;
        while (have < text.length() && text.charAt(text.length() - 1 - have) == '\n') {
            have++;
        }
        text.append("\n".repeat(Math.max(0, lines - have)));
    }

    // ---- the parts of a comment

    private void all(List<? extends DocTree> trees) {
        trees.forEach(tree -> tree.accept(this, null));
    }

    private void code(String text) {
        out.append(CODE).append(Entities.escape(text)).append("</code>");
    }

    @Override
    public Void visitText(TextTree tree, Void none) {
        out.append(Entities.escape(tree.getBody()));
        return null;
    }

    @Override
    public Void visitRawText(RawTextTree tree, Void none) {
        // Markdown: paragraphs and code are what matters.
        out.append(Entities.escape(tree.getContent())
                .replaceAll("`([^`\n]+)`", "<code>$1</code>")
                .replaceAll("\n\\s*\n", "<p>"));
        return null;
    }

    @Override
    public Void visitLiteral(LiteralTree tree, Void none) {
        if (tree.getTagName().equals("code")) {
            code(tree.getBody().getBody());
        } else {
            out.append(Entities.escape(tree.getBody().getBody()));
        }
        return null;
    }

    @Override
    public Void visitLink(LinkTree tree, Void none) {
        if (tree.getLabel().isEmpty()) {
            code(name(tree.getReference()));
        } else {
            out.append(CODE);
            all(tree.getLabel());
            out.append("</code>");
        }
        return null;
    }

    /** As it is written in code, where a member stands behind a dot. */
    private static String name(ReferenceTree reference) {
        return reference.getSignature().replaceFirst("^#", "").replace('#', '.');
    }

    @Override
    public Void visitInheritDoc(InheritDocTree tree, Void none) {
        out.append(inherited);
        return null;
    }

    @Override
    public Void visitSummary(SummaryTree tree, Void none) {
        all(tree.getSummary());
        return null;
    }

    @Override
    public Void visitReturn(ReturnTree tree, Void none) {
        out.append("Returns ");
        all(tree.getDescription());
        return null;
    }

    @Override
    public Void visitSystemProperty(SystemPropertyTree tree, Void none) {
        code(tree.getPropertyName().toString());
        return null;
    }

    @Override
    public Void visitValue(ValueTree tree, Void none) {
        code(tree.getReference() == null ? "its value" : name(tree.getReference()));
        return null;
    }

    @Override
    public Void visitSnippet(SnippetTree tree, Void none) {
        if (tree.getBody() != null) {
            String body = tree.getBody().getBody().replaceAll("//\\s*@\\w+.*", "");
            out.append("<pre>").append(Entities.escape(body.stripIndent())).append("</pre>");
        }
        return null;
    }

    @Override
    public Void visitEntity(EntityTree tree, Void none) {
        out.append('&').append(tree.getName()).append(';');
        return null;
    }

    @Override
    public Void visitStartElement(StartElementTree tree, Void none) {
        out.append('<').append(tree.getName());
        for (DocTree one : tree.getAttributes()) {
            if (one instanceof AttributeTree attribute && attribute.getValue() != null) {
                var value = new JavadocHtml("");
                value.all(attribute.getValue());
                out.append(' ')
                        .append(attribute.getName())
                        .append("=\"")
                        .append(value.out)
                        .append('"');
            }
        }
        out.append('>');
        return null;
    }

    @Override
    public Void visitEndElement(EndElementTree tree, Void none) {
        out.append("</").append(tree.getName()).append('>');
        return null;
    }

    @Override
    public Void visitErroneous(ErroneousTree tree, Void none) {
        return visitText(tree, null);
    }

    @Override
    public Void visitUnknownInlineTag(UnknownInlineTagTree tree, Void none) {
        all(tree.getContent());
        return null;
    }

    @Override
    protected Void defaultAction(DocTree tree, Void none) {
        if (!(tree instanceof BlockTagTree)) {
            out.append(Entities.escape(tree.toString()));
        }
        return null;
    }
}
