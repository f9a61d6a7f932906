package dev.nibble.kernel.channel;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs messages with the scheme and the key of a connection file. Thread-safe. */
final class Signer {
    /** Asked first: to look for an algorithm in all providers of a JDK takes a start's twentieth. */
    private static final String PROVIDER = "SunJCE";

    private final Mac mac;

    private Signer(Mac mac) {
        this.mac = mac;
    }

    /**
     * @param scheme such as {@code hmac-sha256}
     * @param key empty where messages are not signed
     * @throws GeneralSecurityException if there is no such scheme
     */
    static Signer of(String scheme, String key) throws GeneralSecurityException {
        if (key.isEmpty()) {
            return new Signer(null);
        }
        Mac mac = mac(scheme.replace("-", ""));
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), scheme));
        return new Signer(mac);
    }

    private static Mac mac(String algorithm) throws NoSuchAlgorithmException {
        Provider provider = Security.getProvider(PROVIDER);
        return provider != null && provider.getService("Mac", algorithm) != null
                ? Mac.getInstance(algorithm, provider)
                : Mac.getInstance(algorithm);
    }

    /** The signature of frames, in hexadecimal. */
    synchronized String sign(List<byte[]> frames) {
        if (mac == null) {
            return "";
        }
        frames.forEach(mac::update);
        return HexFormat.of().formatHex(mac.doFinal());
    }
}
