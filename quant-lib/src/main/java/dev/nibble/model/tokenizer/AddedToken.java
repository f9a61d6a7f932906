package dev.nibble.model.tokenizer;

/**
 * A token that is looked for in a text before anything else is done to it.
 *
 * @param id its number
 * @param content its spelling
 * @param special whether it steers the model, as the beginning of a text does, and is no text itself
 * @param normalized whether it is looked for in the text as the normalizer leaves it, instead of as it comes
 * @param lstrip whether white space in front of it belongs to it
 * @param rstrip whether white space behind it belongs to it
 * @param singleWord whether it is found only where no letter or digit touches it
 */
record AddedToken(
        int id,
        String content,
        boolean special,
        boolean normalized,
        boolean lstrip,
        boolean rstrip,
        boolean singleWord) {

    /** A special token without more rules. */
    static AddedToken special(int id, String content) {
        return new AddedToken(id, content, true, false, false, false, false);
    }

    /** A token that a person added to the vocabulary: text, but never cut. */
    static AddedToken userDefined(int id, String content) {
        return new AddedToken(id, content, false, false, false, false, false);
    }

    /** The same, looked for in the text as it comes. */
    AddedToken asWritten() {
        return new AddedToken(id, content, special, false, lstrip, rstrip, singleWord);
    }

    /** The same, looked for in the text as the normalizer leaves it. */
    AddedToken asNormalized() {
        return new AddedToken(id, content, special, true, lstrip, rstrip, singleWord);
    }

    /** The same under another spelling. */
    AddedToken spelled(String other) {
        return new AddedToken(id, other, special, normalized, lstrip, rstrip, singleWord);
    }
}
