package dev.nibble.checkpoint;

import java.util.Locale;
import java.util.regex.Pattern;

/** Why files that Python pickled are not read, and what to do with them. */
public final class Pickles {
    /** "X is …". */
    public static final String REFUSAL =
            "a PyTorch pickle, which can run code when it is opened, so it is not read. If you trust it, convert it to"
                    + " safetensors with Python: \"import torch; from safetensors.torch import save_file; w ="
                    + " torch.load('pytorch_model.bin', map_location='cpu', weights_only=True); save_file({k:"
                    + " v.clone().contiguous() for k, v in w.items()}, 'model.safetensors')\" (README, Models)";

    private static final Pattern NAME = Pattern.compile("(.*/)?[^/]*\\.(bin|pt|pth|ckpt|pkl)(\\.index\\.json)?");

    private Pickles() {}

    /** Whether a file is such a one, by its name. */
    public static boolean isOne(String name) {
        return NAME.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }
}
