package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EpochsTest {
    private static final MemoryTag TAG = MemoryTag.of("test-epochs");

    @Test
    void a_retired_action_waits_for_older_pins_only() {
        try (Epochs epochs = new Epochs()) {
            AtomicBoolean freed = new AtomicBoolean();
            Epochs.Pin older = epochs.pin();
            epochs.retire(() -> freed.set(true));
            Epochs.Pin younger = epochs.pin();
            assertEquals(1, epochs.advance());
            assertFalse(freed.get());
            older.close();
            older.close();
            assertEquals(0, epochs.advance());
            assertTrue(freed.get());
            assertEquals(1, epochs.livePins());
            younger.close();
        }
    }

    @Test
    void one_thread_may_hold_many_pins_and_another_close_them() throws Exception {
        try (Epochs epochs = new Epochs()) {
            List<Epochs.Pin> pins = new ArrayList<>();
            for (int i = 0; i < 1000; i++) { // more than one table of slots
                pins.add(epochs.pin());
            }
            assertEquals(1000, epochs.livePins());
            Thread closer = Thread.ofVirtual().start(() -> pins.forEach(Epochs.Pin::close));
            closer.join();
            assertEquals(0, epochs.livePins());
        }
    }

    @Test
    void an_action_that_throws_does_not_keep_the_others() {
        try (Epochs epochs = new Epochs()) {
            AtomicInteger ran = new AtomicInteger();
            epochs.retire(ran::incrementAndGet);
            epochs.retire(() -> {
                throw new IllegalStateException("one");
            });
            epochs.retire(ran::incrementAndGet);
            assertThrows(IllegalStateException.class, epochs::advance);
            assertEquals(2, ran.get());
            assertEquals(0, epochs.advance());
        }
    }

    @Test
    void close_runs_what_waits_and_refuses_while_a_pin_is_live() {
        Epochs epochs = new Epochs();
        AtomicBoolean freed = new AtomicBoolean();
        Epochs.Pin pin = epochs.pin();
        epochs.retire(() -> freed.set(true));
        assertThrows(IllegalStateException.class, epochs::close);
        pin.close();
        epochs.close();
        epochs.close();
        assertTrue(freed.get());
        assertThrows(IllegalStateException.class, epochs::pin);
    }

    @Test
    void readers_never_see_freed_memory_while_a_writer_replaces_it() throws Exception {
        var failure = new AtomicReference<Throwable>();
        var current = new AtomicLong();
        var stop = new AtomicBoolean();
        try (Epochs epochs = new Epochs()) {
            current.set(block(1));
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread reader = new Thread(() -> {
                    while (!stop.get()) {
                        Epochs.Pin pin = epochs.pin();
                        try {
                            long address = current.get();
                            long value = NativeMemory.getLong(address);
                            for (int offset = 0; offset < 64; offset += 8) {
                                if (value == 0 || NativeMemory.getLong(address + offset) != value) {
                                    throw new AssertionError("freed under a pin");
                                }
                            }
                        } finally {
                            pin.close();
                        }
                    }
                });
                reader.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
                reader.start();
                readers.add(reader);
            }
            for (long value = 2; value < 30_000; value++) {
                long old = current.getAndSet(block(value));
                epochs.retire(() -> {
                    NativeMemory.fill(old, 64, (byte) 0); // what a reader would see
                    MemoryAccount.free(TAG, old, 64);
                });
                epochs.advance();
            }
            stop.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            MemoryAccount.free(TAG, current.get(), 64);
        }
        assertEquals(null, failure.get());
        assertEquals(0, TAG.liveBytes());
    }

    private static long block(long value) {
        long address = MemoryAccount.allocate(TAG, 64);
        for (int offset = 0; offset < 64; offset += 8) {
            NativeMemory.putLong(address + offset, value);
        }
        return address;
    }
}
