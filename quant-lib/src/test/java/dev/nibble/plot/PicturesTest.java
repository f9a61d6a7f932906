package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.tensor.Matrix;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
    @TempDir
    Path folder;

    @Test
    void theLandscapeHasShadesBetweenBlackAndWhiteAndASunInTheSky() {
        Matrix picture = Pictures.landscape(96, 128);
        for (float v : picture.values()) {
            assertThat(v).isBetween(0f, 1f);
        }
        assertThat(picture.get((int) (0.27 * 96), (int) (0.68 * 128))).isEqualTo(1);
        assertThat(picture.get(95, 0)).isLessThan(0.5f);
    }

    @Test
    void readsAPictureInGreyAndSmaller() throws IOException {
        BufferedImage image = new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB);
        for (int x = 20; x < 40; x++) {
            for (int y = 0; y < 20; y++) {
                image.setRGB(x, y, 0x00ff00);
            }
        }
        Path file = folder.resolve("half.png");
        ImageIO.write(image, "png", file.toFile());
        Matrix whole = Pictures.read(file, 64);
        assertThat(whole).hasToString("half.png [20, 40]");
        assertThat(whole.get(3, 19)).isZero();
        assertThat(whole.get(3, 20)).isEqualTo(0.7152f);
        Matrix small = Pictures.read(file, 20);
        assertThat(small).hasToString("half.png [10, 20]");
    }

    @Test
    void saysWhatIsWrongWithAFileThatIsNoPicture() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "not a picture");
        assertThatThrownBy(() -> Pictures.read(text, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("notes.txt is no picture");
        assertThatThrownBy(() -> Pictures.read(folder.resolve("none.png"), 64)).hasMessageContaining("none.png");
    }

    @Test
    void showsPicturesSideBySideUnderTheirNames() {
        Matrix white = Matrix.of("white", 10, 30, filled(300, 2f));
        Matrix black = Matrix.of("black", 10, 30, filled(300, -1f));
        BufferedImage image = Pictures.sideBySide(2, white, black, white);
        assertThat(image.getWidth()).isEqualTo(2 * 38 + 8);
        assertThat(image.getHeight()).isEqualTo(2 * 40 + 8);
        assertThat(image.getRGB(8 + 5, 8 + 22 + 5) & 0xffffff).isEqualTo(0xffffff);
        assertThat(image.getRGB(8 + 38 + 5, 8 + 22 + 5) & 0xffffff).isZero();
        assertThatThrownBy(() -> Pictures.sideBySide(2)).isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] filled(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }
}
