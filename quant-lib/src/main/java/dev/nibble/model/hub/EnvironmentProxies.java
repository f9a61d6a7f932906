package dev.nibble.model.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Proxies as every other program on a Unix machine finds them, and Java does not: {@code HTTPS_PROXY}, {@code
 * HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in small or capital letters. Where none is set, what Java itself
 * is set up with.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String proxy = variable(uri.getScheme() + "_proxy");
        if (proxy.isEmpty()) {
            proxy = variable("all_proxy");
        }
        if (proxy.isEmpty()) {
            ProxySelector java = ProxySelector.getDefault();
            return java == null ? DIRECT : java.select(uri);
        }
        return isExcepted(uri.getHost()) ? DIRECT : List.of(parsed(proxy));
    }

    private String variable(String name) {
        String small = environment.getOrDefault(name, "");
        return (small.isBlank() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : small).strip();
    }

    private boolean isExcepted(String host) {
        for (String entry : variable("no_proxy").split(",", -1)) {
            String suffix = entry.strip().replaceFirst("^\\*?\\.", "");
            if (entry.strip().equals("*")
                    || (!suffix.isEmpty() && (host.equals(suffix) || host.endsWith("." + suffix)))) {
                return true;
            }
        }
        return false;
    }

    private static Proxy parsed(String text) {
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            if (uri.getHost() != null && !uri.getScheme().startsWith("socks")) {
                int port = uri.getPort() < 0 ? 80 : uri.getPort();
                return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), port));
            }
        } catch (IllegalArgumentException e) {
            throw new HubException("the proxy \"" + text + "\" of the environment is no address", e);
        }
        throw new HubException("the proxy \"" + text + "\" of the environment can not be used: expected an address such"
                + " as http://proxy.example:3128");
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // the request itself fails, and says so
    }
}
