package dev.nibble.compare;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a model needs to run: computed from its shape, not measured. Bytes are exact for weights and cache; what is an
 * estimate says so.
 *
 * @param model its name
 * @param recipe what its weights are in; empty if they are kept
 * @param context positions of each sequence
 * @param batch sequences at a time
 * @param parts weights by part of the model
 * @param weightBytes all weights
 * @param quantizedBytes those that the recipe speaks of
 * @param bitsPerWeight stored bits over all parameters
 * @param cacheBytes keys and values of all sequences at their full length
 * @param cacheBytesPerToken of one position; of a cache with sliding windows, of the first position
 * @param activationBytes estimate: numbers that live inside the widest layer while a prompt is read, and the logits
 * @param share of a card's memory that the engine uses; the rest is for its context, libraries and fragments
 * @param fits every card, in the order of the table
 * @param downloads how long a download of the weights takes
 * @param notes what was assumed or left out
 * @param recommendation what to do, each sentence with its reason
 */
public record Plan(
        String model,
        String recipe,
        int context,
        int batch,
        List<Part> parts,
        long weightBytes,
        long quantizedBytes,
        double bitsPerWeight,
        long cacheBytes,
        long cacheBytesPerToken,
        long activationBytes,
        double share,
        List<Fit> fits,
        List<Download> downloads,
        List<String> notes,
        List<String> recommendation) {

    /**
     * A part of the model.
     *
     * @param name a word of recipes: "w", "embed", "head", "norm"
     * @param numbers values in it
     * @param bytes stored
     */
    public record Part(String name, long numbers, long bytes) {}

    /**
     * The model on one kind of card.
     *
     * @param accelerator the card
     * @param needed fewest cards whose memory is enough; 0 if that is more than {@link Planner#MOST_CARDS}
     * @param cards how many one would take: 1, 2, 4, 8, or whole nodes of 8
     * @param tokensPerSecond most new tokens a second of all sequences together, if the memory of all cards is read at
     *     its peak and nothing else takes time: a bound that no engine reaches
     * @param joulesPerToken estimate: board power of all cards over that rate; more in practice, as the rate is lower
     * @param costPerMillion price of a million tokens at that rate, if a price was given
     * @param isNative whether the card's matrix units multiply numbers of the recipe; that is made use of only where the
     *     recipe has activations in them, too, else weights are unpacked first
     * @param engines that read such files and run on such cards
     */
    public record Fit(
            Accelerator accelerator,
            int needed,
            int cards,
            double tokensPerSecond,
            double joulesPerToken,
            OptionalDouble costPerMillion,
            boolean isNative,
            List<String> engines) {}

    /**
     * A download.
     *
     * @param megabits of the line, per second (10^6)
     * @param seconds that it takes if the line is full
     */
    public record Download(double megabits, double seconds) {}

    public Plan {
        parts = List.copyOf(parts);
        fits = List.copyOf(fits);
        downloads = List.copyOf(downloads);
        notes = List.copyOf(notes);
        recommendation = List.copyOf(recommendation);
    }

    /** Weights, cache and activations. */
    public long bytes() {
        return weightBytes + cacheBytes + activationBytes;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s%s, %,d positions x %d: weights %.2f GB (%.3f bits each), cache %.2f GB, activations %.2f GB",
                model,
                recipe.isEmpty() ? "" : " in " + recipe,
                context,
                batch,
                weightBytes / 1e9,
                bitsPerWeight,
                cacheBytes / 1e9,
                activationBytes / 1e9);
    }
}
