package dev.nibble.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelFoldersTest {
    /** The table of jupyter_core's documentation, "Data files". */
    @Test
    void aPersonsDataFolderIsWhereJupyterLooksForIt() {
        assertThat(KernelFolders.userData("Linux", Map.of(), "/home/a"))
                .isEqualTo(Path.of("/home/a/.local/share/jupyter"));
        assertThat(KernelFolders.userData("Linux", Map.of("XDG_DATA_HOME", "/data"), "/home/a"))
                .isEqualTo(Path.of("/data/jupyter"));
        assertThat(KernelFolders.userData("Mac OS X", Map.of("XDG_DATA_HOME", "/data"), "/Users/a"))
                .isEqualTo(Path.of("/Users/a/Library/Jupyter"));
        assertThat(KernelFolders.userData("Windows 11", Map.of("APPDATA", "/roaming"), "/c"))
                .isEqualTo(Path.of("/roaming/jupyter"));
        for (String system : new String[] {"Linux", "Mac OS X", "Windows 11"}) {
            assertThat(KernelFolders.userData(system, Map.of("JUPYTER_DATA_DIR", "/own"), "/home/a"))
                    .isEqualTo(Path.of("/own"));
        }
    }

    /** Python's Path.home(), which Jupyter asks, goes by HOME, except on Windows. */
    @Test
    void homeIsWhereTheEnvironmentSays() {
        var moved = Map.of("HOME", "/moved");
        assertThat(KernelFolders.userData("Linux", moved, "/home/a")).isEqualTo(Path.of("/moved/.local/share/jupyter"));
        assertThat(KernelFolders.userData("Mac OS X", moved, "/Users/a")).isEqualTo(Path.of("/moved/Library/Jupyter"));
        assertThat(KernelFolders.userData("Windows 11", moved, "/c")).isEqualTo(Path.of("/c/.jupyter/data"));
        assertThat(KernelFolders.userData("Linux", Map.of("HOME", "", "XDG_DATA_HOME", ""), "/home/a"))
                .isEqualTo(Path.of("/home/a/.local/share/jupyter"));
    }

    @Test
    void anEnvironmentsKernelsLieInItsShareFolder() {
        assertThat(KernelFolders.ofPrefix(Path.of("/opt/env/../env"), "nibble"))
                .isEqualTo(Path.of("/opt/env/share/jupyter/kernels/nibble"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Nibble", "a/b", "..", "-x", "a b", "ä"})
    void namesThatJupyterDoesNotTakeAreRefused(String name) {
        assertThatThrownBy(() -> KernelFolders.ofUser(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + name + "\"");
    }
}
