package dev.nibble.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What a whole model is stored and computed in: the long form of a recipe.
 *
 * <pre>
 *   model  = recipe | entry { ";" entry }      int4:g128      w=nvfp4;a=nvfp4;kv=fp8:e4m3;head=bf16;layers.0.*=int8
 *   entry  = part "=" value
 *   part   = w       weights of the linears of the blocks: attention and feed-forward
 *          | a       activations that meet those weights
 *          | kv      cache of keys and values
 *          | embed   token (and position) embeddings
 *          | head    output projection
 *          | norm    norms, biases, and the routers of mixtures of experts
 *          | name    a tensor's name or a pattern of it, with "*" for any characters
 *   value  = recipe | keep
 * </pre>
 *
 * A recipe alone means {@code w=} that recipe. What no entry speaks of is kept as it is: so by default the linears are
 * quantized, and embeddings, head and norms are not. A name goes before a part; of several patterns that match a name
 * the last one counts. A pattern matches a whole name or its end after a dot, and {@code layers.}, {@code h.} and
 * {@code blk.} mean the same, so that one recipe serves a Hugging Face folder and a GGUF file.
 *
 * @param entries in the order they were written, each part at most once
 */
public record ModelRecipe(List<Entry> entries) {
    /** Longest text that is read, in characters. */
    public static final int MAX_LENGTH = 1 << 14;

    /** The word that leaves a part as it is. */
    public static final String KEEP = "keep";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_*][A-Za-z0-9_.*/-]*");
    private static final Pattern ROUTER = Pattern.compile("ffn_gate_inp"
            + "|(^|[._])router(\\.(layer|gate|classifier))?\\.weight$"
            + "|(^|\\.)(mlp|moe|block_sparse_moe|feed_forward)\\.gate(\\.wg)?\\.weight$"
            + "|(^|\\.)shared_expert_gate\\.weight$");
    private static final Pattern BLOCKS = Pattern.compile("(^|\\.)(layers|h|blk|blocks)\\.(?=[0-9*])");

    /** Which part of a model a tensor belongs to. */
    public enum Part {
        WEIGHTS("w"),
        ACTIVATIONS("a"),
        CACHE("kv"),
        EMBEDDINGS("embed"),
        HEAD("head"),
        NORMS("norm");

        private final String word;

        Part(String word) {
            this.word = word;
        }

        /** The word for it in a recipe. */
        public String word() {
            return word;
        }

        /** The part of that word; empty if the word is the name or pattern of tensors. */
        public static Optional<Part> of(String word) {
            return Arrays.stream(values()).filter(p -> p.word.equals(word)).findFirst();
        }

        /**
         * The part that a stored tensor belongs to, by its name in Hugging Face or GGUF files.
         *
         * @param dimensions its rank: fewer than two is a norm or a bias, whatever it is called
         */
        public static Part ofTensor(String name, int dimensions) {
            String n = name.toLowerCase(Locale.ROOT);
            if (dimensions < 2 || n.endsWith(".bias") || has(n, "norm", "ln_f", "ln_1", "ln_2", "layernorm")) {
                return NORMS;
            }
            if (has(n, "embed", "token_embd", "wte", "wpe", "position_embd", "tok_embeddings")) {
                return EMBEDDINGS;
            }
            if (has(n, "lm_head")
                    || n.equals("output.weight")
                    || (n.endsWith(".output.weight") && !n.contains("blk."))) {
                return HEAD;
            }
            return isRouter(name) ? NORMS : WEIGHTS;
        }

        /**
         * Whether a tensor is the router of a mixture of experts, by the names that transformers' models and llama.cpp have
         * for it. It decides and does not transform: every quantizer leaves it alone.
         */
        public static boolean isRouter(String name) {
            return ROUTER.matcher(name.toLowerCase(Locale.ROOT)).find();
        }

        private static boolean has(String name, String... words) {
            return Arrays.stream(words).anyMatch(name::contains);
        }
    }

    /**
     * One line of the long form.
     *
     * @param part {@code w}, {@code head}, … or a name or pattern of tensors, as written
     * @param recipe what it is stored in; {@link #KEEP} for as it is
     */
    public record Entry(String part, Recipe recipe) {
        public Entry {
            Objects.requireNonNull(recipe, "recipe");
            if (!NAME.matcher(part).matches()) {
                throw new IllegalArgumentException("\"" + part + "\" is neither a part of a model (" + parts()
                        + ") nor the name or pattern of a tensor, as in layers.0.*");
            }
        }

        /** Whether it leaves the part as it is. */
        public boolean keeps() {
            return recipe.toString().equals(KEEP);
        }

        private boolean matches(String name) {
            return Part.of(part).isEmpty() && ModelRecipe.matches(part, name);
        }

        @Override
        public String toString() {
            return part + "=" + recipe;
        }
    }

    public ModelRecipe {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a recipe for a model needs at least one entry, as in w=int4:g128");
        }
        for (int i = 0; i < entries.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (entries.get(i).part().equals(entries.get(j).part())) {
                    throw new IllegalArgumentException("\"" + entries.get(i).part() + "\" is given twice: "
                            + entries.get(j) + " and " + entries.get(i));
                }
            }
        }
    }

    /** The linears of a model in one recipe, everything else kept. */
    public static ModelRecipe of(Recipe weights) {
        return new ModelRecipe(List.of(new Entry(Part.WEIGHTS.word(), weights)));
    }

    /**
     * Reads the text form, short or long. White space around parts and recipes is ignored.
     *
     * @throws IllegalArgumentException if it is not a recipe; the message quotes what is wrong and names the nearest part
     *     or recipe
     */
    public static ModelRecipe parse(String text) {
        ModelRecipe recipe = read(text);
        for (Entry entry : recipe.entries()) {
            if (!entry.keeps()) {
                Checks.ALL.forEach(check -> check.check(entry.recipe()));
            }
        }
        return recipe;
    }

    private static ModelRecipe read(String text) {
        Objects.requireNonNull(text, "recipe");
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "the recipe has " + text.length() + " characters, more than " + MAX_LENGTH);
        }
        if (text.indexOf('=') < 0 && text.indexOf(';') < 0) {
            return of(Recipe.parse(text));
        }
        List<Entry> entries = new ArrayList<>();
        for (String piece : text.strip().split(";", -1)) {
            int equals = piece.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("\"" + text.strip() + "\": "
                        + (piece.isBlank() ? "an entry is empty" : "\"" + piece.strip() + "\" names no part")
                        + "; expected part=recipe joined by \";\", as in w=int4:g128;head=bf16");
            }
            entries.add(new Entry(part(piece.substring(0, equals).strip()), Recipe.parse(piece.substring(equals + 1))));
        }
        return new ModelRecipe(entries);
    }

    /** Who knows which recipes there are; none where the library runs without its formats. */
    private static final class Checks {
        static final List<RecipeCheck> ALL =
                ServiceLoader.load(RecipeCheck.class, ModelRecipe.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();

        private Checks() {}
    }

    /** A part as written; a single word near the name of a part and without a wildcard is a misspelling. */
    private static String part(String word) {
        if (Part.of(word).isEmpty() && word.indexOf('.') < 0 && word.indexOf('*') < 0) {
            String nearest = Recipe.nearest(word.toLowerCase(Locale.ROOT), words());
            throw new IllegalArgumentException("\"" + word + "\" is no part of a model"
                    + (nearest.isEmpty() ? "." : "; did you mean \"" + nearest + "\"?") + " Parts: " + parts()
                    + ", or the name of a tensor with a dot or \"*\" in it, as in layers.0.*");
        }
        return word;
    }

    /** Whether a tensor's name matches a pattern, as the name of an entry does. */
    public static boolean matches(String pattern, String name) {
        return matchesEnd(blocks(pattern), blocks(name));
    }

    /** What a part is given; empty if it is kept or not spoken of. */
    public Optional<Recipe> of(Part part) {
        return entries.stream()
                .filter(e -> e.part().equals(part.word()) && !e.keeps())
                .map(Entry::recipe)
                .findFirst();
    }

    /**
     * What a stored tensor is given: by its name if an entry matches it, else by its part; empty if it is kept.
     *
     * @param dimensions its rank
     */
    public Optional<Recipe> ofTensor(String name, int dimensions) {
        Optional<Entry> named = named(name);
        return named.isPresent()
                ? named.filter(e -> !e.keeps()).map(Entry::recipe)
                : of(Part.ofTensor(name, dimensions));
    }

    /** The entry that speaks of a tensor by its name, not by its part; the last one that does. */
    public Optional<Entry> named(String name) {
        return entries.stream().filter(e -> e.matches(name)).reduce((first, second) -> second);
    }

    /**
     * Texts that begin with {@code prefix}: parts, and after an equals sign recipes.
     *
     * @param recipes completes a recipe, as a registry does
     */
    public static List<String> complete(String prefix, Function<String, List<String>> recipes) {
        int entry = prefix.lastIndexOf(';') + 1;
        int equals = prefix.indexOf('=', entry);
        if (equals >= 0) {
            String head = prefix.substring(0, equals + 1);
            String tail = prefix.substring(equals + 1);
            List<String> found = new ArrayList<>(recipes.apply(tail));
            if (KEEP.startsWith(tail)) {
                found.add(KEEP);
            }
            return found.stream().map(head::concat).toList();
        }
        String head = prefix.substring(0, entry);
        String word = prefix.substring(entry).strip();
        List<String> found = new ArrayList<>();
        if (entry == 0) {
            found.addAll(recipes.apply(word));
        }
        words().stream()
                .filter(w -> w.startsWith(word) && !head.contains(w + "="))
                .forEach(w -> found.add(head + w + "="));
        return found;
    }

    private static List<String> words() {
        return Arrays.stream(Part.values()).map(Part::word).toList();
    }

    private static String parts() {
        return String.join(", ", words());
    }

    private static String blocks(String name) {
        return BLOCKS.matcher(name).replaceAll("$1layers.");
    }

    /** Whether the pattern matches the whole name or what follows one of its dots. */
    private static boolean matchesEnd(String pattern, String name) {
        for (int at = 0; ; ) {
            if (glob(pattern, name.substring(at))) {
                return true;
            }
            int dot = name.indexOf('.', at);
            if (dot < 0) {
                return false;
            }
            at = dot + 1;
        }
    }

    /** One pass with a step back to the last star: never more than the product of both lengths. */
    private static boolean glob(String pattern, String text) {
        int p = 0;
        int star = -1;
        int mark = 0;
        for (int t = 0; t < text.length(); ) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** The text form; {@link #parse} reads it back to an equal recipe. A recipe for the weights alone prints short. */
    @Override
    public String toString() {
        return entries.size() == 1 && entries.getFirst().part().equals(Part.WEIGHTS.word())
                ? entries.getFirst().recipe().toString()
                : String.join(";", entries.stream().map(Entry::toString).toList());
    }
}
