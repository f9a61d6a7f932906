package dev.nibble.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubNameTest {
    @ParameterizedTest
    @CsvSource({
        "org/name, org/name, main, ''",
        "org/name@v1.0, org/name, v1.0, ''",
        "org/name@refs/pr/7, org/name, refs/pr/7, ''",
        "org/name@feature%2Fx, org/name, feature/x, ''",
        "org/name/q4.gguf, org/name, main, q4.gguf",
        "org/name@abc/sub/q4.gguf, org/name, abc, sub/q4.gguf",
        "hf://org/name, org/name, main, ''",
        "hf://models/Org-1/na.me_x/f.gguf, Org-1/na.me_x, main, f.gguf",
        "HuggingFaceTB/SmolLM2-135M, HuggingFaceTB/SmolLM2-135M, main, ''"
    })
    void namesAreReadAndWritten(String text, String repository, String revision, String file) {
        HubName name = HubName.parse(text).orElseThrow();
        assertThat(name).isEqualTo(new HubName(repository, revision, file));
        assertThat(HubName.parse(name.toString().replace("feature/x", "feature%2Fx")))
                .contains(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gpt2",
                "model.gguf",
                "models/model.gguf",
                "folder/model.safetensors",
                "./org/name",
                "../name",
                "/org/name",
                "~/name",
                "org/name/",
                "org//name",
                "org/../name",
                "org/a--b",
                "org/name@",
                "org/name@../x",
                "org/name/../../x.gguf",
                "org/na me",
                "C:\\models\\x",
                "org/name\0"
            })
    void everythingElseIsNoNameOfTheHub(String text) {
        assertThat(HubName.parse(text)).isEmpty();
    }

    @Test
    void whatBeginsAsOneMustBeOne() {
        assertThatThrownBy(() -> HubName.parse("hf://org/a--b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("org/a--b");
    }

    @Test
    void theCacheIsWhereHuggingfaceHubHasIt() {
        assertThat(cache(Map.of())).isEqualTo(Path.of("/home/u/.cache/huggingface/hub"));
        assertThat(cache(Map.of("XDG_CACHE_HOME", "/x"))).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/hf"))).isEqualTo(Path.of("/home/u/hf/hub"));
        assertThat(cache(Map.of("HF_HOME", "$BASE/${SUB}x/$NO", "BASE", "/b", "SUB", "s")))
                .isEqualTo(Path.of("/b/sx/$NO/hub"));
        assertThat(cache(Map.of("HUGGINGFACE_HUB_CACHE", "/old"))).isEqualTo(Path.of("/old"));
        assertThat(cache(Map.of("HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/new")))
                .isEqualTo(Path.of("/new"));
        assertThat(cache(Map.of("HOME", "/home/other"))).isEqualTo(Path.of("/home/other/.cache/huggingface/hub"));
    }

    private static Path cache(Map<String, String> environment) {
        return HubSettings.of(environment, "/home/u").cache();
    }

    @Test
    void theEndpointIsAnAddress() {
        assertThat(HubSettings.of(Map.of(), "/").endpoint()).hasToString("https://huggingface.co");
        assertThat(HubSettings.of(Map.of("HF_ENDPOINT", "http://mirror:8080/hf/"), "/")
                        .endpoint())
                .hasToString("http://mirror:8080/hf");
        for (String wrong : new String[] {"mirror", "ftp://mirror", "http://a b", "file:///x"}) {
            assertThatThrownBy(() ->
                            HubSettings.of(Map.of("HF_ENDPOINT", wrong), "/").endpoint())
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("HF_ENDPOINT is \"" + wrong);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,,true", "ON,,true", "yes,,true", "0,1,false", ",TRUE,true", ",,false", "no,,false"})
    void offlineIsSaidAsHuggingfaceHubReadsIt(String hub, String transformers, boolean expected) {
        var environment = new HashMap<String, String>();
        if (hub != null) {
            environment.put("HF_HUB_OFFLINE", hub);
        }
        if (transformers != null) {
            environment.put("TRANSFORMERS_OFFLINE", transformers);
        }
        assertThat(HubSettings.of(environment, "/").offline()).isEqualTo(expected);
    }

    @Test
    void proxiesAreThoseOfTheEnvironment() {
        var proxies = new EnvironmentProxies(
                Map.of("https_proxy", "http://p:3128", "HTTP_PROXY", "q:8", "NO_PROXY", "localhost, .inner.net,x.y"));
        assertThat(proxies.select(URI.create("https://huggingface.co/a"))).containsExactly(proxy("p", 3128));
        assertThat(proxies.select(URI.create("http://huggingface.co/a"))).containsExactly(proxy("q", 8));
        for (String direct : new String[] {"https://localhost/", "https://a.inner.net/", "http://x.y/"}) {
            assertThat(proxies.select(URI.create(direct))).containsExactly(Proxy.NO_PROXY);
        }
        assertThat(proxies.select(URI.create("https://notx.y/"))).containsExactly(proxy("p", 3128));
        assertThatThrownBy(() -> new EnvironmentProxies(Map.of("all_proxy", "socks5://p:1"))
                        .select(URI.create("https://huggingface.co")))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("socks5://p:1");
    }

    private static Proxy proxy(String host, int port) {
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port));
    }
}
