package dev.nibble.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.model.NibbleHome;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * One tokenizer of the original implementation, Hugging Face's in Rust, in native memory until it is not reachable any
 * more. Of DJL, which carries it, only the native calls are used: its Java class around them reports that it was used,
 * cuts texts at 512 tokens, and makes an object of every token's place. Thread-safe.
 */
final class NativeTokenizer {
    private static final Cleaner CLEANER = Cleaner.create();

    static {
        // Nothing of DJL may use a network: it reports its use, and where it finds a GPU it downloads another library.
        setUnlessSet("OPT_OUT_TRACKING", "true");
        setUnlessSet("RUST_FLAVOR", "cpu");
        // Where it unpacks itself: what is removed with everything else, and not the home folder.
        if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
            setUnlessSet("ENGINE_CACHE_DIR", NibbleHome.path().resolve("native").toString());
        }
    }

    private final String origin;
    private final long handle;

    private NativeTokenizer(String origin, long handle) {
        this.origin = origin;
        this.handle = handle;
        CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(handle));
    }

    /**
     * Makes a tokenizer.
     *
     * @param json the content of a tokenizer.json
     * @param origin the file it comes from, for messages
     * @throws CheckpointException if the original refuses it
     */
    static NativeTokenizer of(String json, String origin) {
        load();
        try {
            return new NativeTokenizer(origin, TokenizersLibrary.LIB.createTokenizerFromString(json));
        } catch (RuntimeException refused) {
            throw new CheckpointException(origin + ": the tokenizer can not be read: " + refused.getMessage(), refused);
        }
    }

    /**
     * The tokens of a text without unpaired surrogates, numbered as the original numbers them.
     *
     * @throws CheckpointException if the original can not cut it: a damaged vocabulary
     */
    int[] encode(String text) {
        long encoding;
        try {
            encoding = TokenizersLibrary.LIB.encode(handle, text, false);
        } catch (RuntimeException refused) {
            throw new CheckpointException(origin + ": a text can not be cut: " + refused.getMessage(), refused);
        }
        try {
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            int[] tokens = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                tokens[i] = (int) ids[i];
            }
            return tokens;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            Reference.reachabilityFence(this);
        }
    }

    private static void load() {
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException | LinkageError failed) {
            Throwable reason = failed.getCause() == null ? failed : failed.getCause();
            throw new IllegalStateException(
                    "the native tokenizer library can not be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + reason.getMessage()
                            + "; it is unpacked into NIBBLE_HOME, which must be writable",
                    failed);
        }
    }

    private static void setUnlessSet(String name, String value) {
        if (System.getenv(name) == null && System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
