package dev.nibble.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
    @ParameterizedTest
    @CsvSource({"0, 10", "1, 10", "10, 10", "11, 10", "1000, 7", "2147483647, 1000000000", "5, 2147483647"})
    void coversEveryIndexOnce(int count, int grain) {
        AtomicLong covered = new AtomicLong();
        Parallel.ranges(count, grain, new CancelToken(), "test", (from, to) -> {
            assertThat(from).isLessThan(to);
            assertThat(to - from).isLessThanOrEqualTo(grain);
            covered.addAndGet(to - from);
        });
        assertThat(covered).hasValue(count);
    }

    @Test
    void noIndexIsTakenTwice() {
        AtomicIntegerArray seen = new AtomicIntegerArray(10_000);
        Parallel.ranges(10_000, 3, "test", (from, to) -> {
            for (int i = from; i < to; i++) {
                seen.incrementAndGet(i);
            }
        });
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.get(i)).isEqualTo(1);
        }
    }

    @Test
    void aFailureStopsTheLoopAndArrivesAsItIs() {
        AtomicInteger running = new AtomicInteger();
        assertThatThrownBy(() -> Parallel.ranges(1_000_000, 1, "test", (from, to) -> {
                    running.incrementAndGet();
                    try {
                        if (from == 77) {
                            throw new IllegalArgumentException("row 77");
                        }
                    } finally {
                        running.decrementAndGet();
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("row 77");
        assertThat(running).hasValue(0); // nothing runs on in the background
    }

    @Test
    void loopsInsideLoopsEnd() {
        AtomicInteger total = new AtomicInteger();
        Parallel.ranges(50, 1, "outer", (a, b) -> Parallel.ranges(50, 1, "inner", (c, d) -> total.incrementAndGet()));
        assertThat(total).hasValue(2500);
    }

    @Test
    void aRequestToStopEndsLongWorkSoon() throws Exception {
        CancelToken token = new CancelToken();
        Progress progress = silent(token);
        Matrix w = Generators.gaussian(2048, 2048, 1);
        AtomicLong cancelledAt = new AtomicLong();
        Thread stopper = Thread.ofPlatform().start(() -> {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            cancelledAt.set(System.nanoTime());
            token.cancel();
        });
        assertThatThrownBy(() -> {
                    while (true) {
                        Formats.parse("int3:asym:g32").quantize(w, progress);
                    }
                })
                .isInstanceOf(Cancelled.class)
                .hasMessageContaining("gaussian");
        assertThat(System.nanoTime() - cancelledAt.get())
                .isLessThan(1_000_000_000L); // 0.1 s with slack for a busy machine
        stopper.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "int3:asym", "nf4:b1073741824"})
    void aSingleHugeRowIsStoppedInTheMiddle(String recipe) throws InterruptedException {
        float[] values = new float[32 << 20];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 1001 - 500;
        }
        Matrix w = Matrix.of("row", 1, values.length, values);
        Format format = Formats.parse(recipe);
        assertStopped(format.recipe() + " quantize", () -> format.quantize(w, Progress.current()));
        Quantized q = format.quantize(w);
        assertStopped(format.recipe() + " dequantize", q::dequantize);
    }

    /** Runs work whose stop request comes two milliseconds after its beginning: some 5 % of what it takes. */
    private static void assertStopped(String what, Runnable work) throws InterruptedException {
        for (int attempt = 0; attempt < 10; attempt++) { // on a busy machine the request may come after the end
            CancelToken token = new CancelToken();
            CountDownLatch begun = new CountDownLatch(1);
            Thread stopper = Thread.ofPlatform().start(() -> {
                try {
                    begun.await();
                    Thread.sleep(2);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                token.cancel();
            });
            Progress.setCurrent(() -> {
                begun.countDown();
                return silent(token);
            });
            try {
                work.run();
            } catch (Cancelled e) {
                return;
            } finally {
                Progress.setCurrent(() -> Progress.NONE);
                stopper.join();
            }
        }
        throw new AssertionError(what + " ran to its end ten times although it was asked to stop");
    }

    /** Shows nothing and, unlike most, does not look at the token in its steps. */
    private static Progress silent(CancelToken token) {
        return new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
    }

    @Test
    void workShowsItselfInFull() {
        AtomicLong steps = new AtomicLong();
        AtomicLong announced = new AtomicLong();
        AtomicInteger closed = new AtomicInteger();
        Progress progress = new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                announced.set(total);
                assertThat(title).contains("gaussian").contains("nf4");
                return new Task() {
                    @Override
                    public void step(long amount) {
                        steps.addAndGet(amount);
                    }

                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                };
            }

            @Override
            public CancelToken cancelToken() {
                return NONE.cancelToken();
            }
        };
        Formats.parse("nf4").quantize(Generators.gaussian(300, 1000, 1), progress);
        assertThat(steps).hasValue(announced.get());
        assertThat(closed).hasValue(1);
    }
}
