package dev.nibble.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.ModelFile;
import dev.nibble.core.Progress;
import dev.nibble.model.hub.FakeHub;
import dev.nibble.model.hub.HubSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsOfTheHubTest {
    @TempDir
    Path folder;

    private HubSettings settings(FakeHub server, String... more) {
        var environment = new HashMap<>(Map.of(
                "HF_ENDPOINT",
                server.endpoint(),
                "HF_HOME",
                folder.resolve("home").toString()));
        for (String name : more) {
            environment.put(name, "1");
        }
        return HubSettings.of(environment, "/nowhere");
    }

    @Test
    void aModelOfTheHubIsOpenedByItsName() throws IOException {
        byte[] weights =
                Files.readAllBytes(new ModelFile().vector("a", 1, 2).safetensors(folder.resolve("made.safetensors")));
        try (FakeHub server = new FakeHub()) {
            server.file("model.safetensors", weights).file("config.json", "{\"model_type\": \"llama\"}");
            try (Model model = Models.open(FakeHub.REPOSITORY, settings(server), Progress.NONE)) {
                assertThat(model.name()).isEqualTo(FakeHub.REPOSITORY);
                assertThat(model.weight("a").values()).containsExactly(1, 2);
                assertThat(model.checkpoint().config()).contains(Map.of("model_type", "llama"));
                assertThat(model.checkpoint().path()).startsWith(folder.resolve("home/hub"));
            }
            try (Model model = Models.open(
                    "hf://" + FakeHub.REPOSITORY + "@main/model.safetensors",
                    settings(server, "HF_HUB_OFFLINE"),
                    Progress.NONE)) {
                assertThat(model.name()).isEqualTo(FakeHub.REPOSITORY + "/model.safetensors");
                assertThat(model.checkpoint().config()).isPresent();
            }
            assertThatThrownBy(() -> Models.open("org/other-model", settings(server), Progress.NONE))
                    .isInstanceOf(ModelUnavailable.class)
                    .hasMessageContaining("no model \"org/other-model\"");
        }
    }

    @Test
    void pathsNeedNoNetwork() throws IOException {
        try (FakeHub server = new FakeHub()) {
            Path model = Files.createDirectories(folder.resolve("org/name"));
            new ModelFile().vector("a", 3).safetensors(model.resolve("model.safetensors"));
            for (String path : new String[] {model.toString(), model + "/model.safetensors"}) {
                try (Model opened = Models.open(path, settings(server), Progress.NONE)) {
                    assertThat(opened.weight("a").values()).containsExactly(3);
                }
            }
            for (String missing : new String[] {"no-such-folder/model.gguf", "./no/such", "/no/such/folder"}) {
                assertThatThrownBy(() -> Models.open(missing, settings(server), Progress.NONE))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("there is no such file");
            }
        }
    }
}
