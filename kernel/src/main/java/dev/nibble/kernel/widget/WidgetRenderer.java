package dev.nibble.kernel.widget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.nibble.kernel.comm.Comm;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.display.Renderer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Widgets: a live view for a front end that has one, beside what stands in its place. */
public final class WidgetRenderer implements Renderer<Widget> {
    @Override
    public Class<Widget> type() {
        return Widget.class;
    }

    @Override
    public MimeBundle render(Widget widget, RenderOptions options) {
        MimeBundle still = widget.still(options);
        // Without a front end nothing would ever be found under the id, and JupyterLab would say only that.
        if (!Comm.isConnected() || widget.model().isClosed()) {
            return still;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(
                AnyWidget.VIEW,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("model_id", widget.model().id())
                        .put("version_major", 2)
                        .put("version_minor", 0));
        data.putAll(still.data());
        return new MimeBundle(data, still.metadata());
    }
}
