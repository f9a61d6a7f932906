package dev.nibble.model.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One file of a model, as the hub lists it.
 *
 * @param name its path in the repository
 * @param size in bytes
 * @param hash what it is called in the cache: SHA-256 of a large file, else git's SHA-1 of the blob; lower-case
 *     hexadecimal
 */
record HubFile(String name, long size, String hash) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int SHA256_DIGITS = 64;

    HubFile {
        Objects.requireNonNull(name, "name");
        if (size < 0 || !HASH.matcher(hash).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" has the size " + size + " and the hash \"" + hash + "\"");
        }
    }

    /** Whether it is a large one, which git does not have itself. */
    boolean isLarge() {
        return hash.length() == SHA256_DIGITS;
    }

    /** Which hash it is, for people. */
    String hashName() {
        return isLarge() ? "SHA-256" : "git blob SHA-1";
    }

    /** What its content is to be fed to; the result in hexadecimal is {@link #hash}. */
    MessageDigest newDigest() {
        try {
            if (isLarge()) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest blob = MessageDigest.getInstance("SHA-1");
            blob.update(("blob " + size + "\0").getBytes(StandardCharsets.UTF_8));
            return blob;
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256 and SHA-1", impossible);
        }
    }
}
