package dev.nibble.kernel.maven;

import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferCancelledException;
import org.eclipse.aether.transfer.TransferEvent;
import org.eclipse.aether.transfer.TransferResource;

/** Shows downloads, and stops them when a stop was asked for. */
final class Downloads extends AbstractTransferListener {
    private final Progress progress;
    private final Map<TransferResource, Progress.Task> tasks = new ConcurrentHashMap<>();

    Downloads(Progress progress) {
        this.progress = progress;
    }

    @Override
    public void transferInitiated(TransferEvent event) throws TransferCancelledException {
        stopIfAsked();
    }

    @Override
    public void transferStarted(TransferEvent event) throws TransferCancelledException {
        stopIfAsked();
        TransferResource resource = event.getResource();
        String path = resource.getResourceName();
        String name = path.substring(path.lastIndexOf('/') + 1);
        tasks.put(resource, progress.task("fetch " + name, resource.getContentLength(), "bytes"));
    }

    @Override
    public void transferProgressed(TransferEvent event) throws TransferCancelledException {
        Progress.Task task = tasks.get(event.getResource());
        if (task != null) {
            try {
                task.step(event.getDataLength());
            } catch (Cancelled stop) {
                throw cancelled();
            }
        }
        stopIfAsked();
    }

    @Override
    public void transferSucceeded(TransferEvent event) {
        end(event);
    }

    @Override
    public void transferFailed(TransferEvent event) {
        end(event);
    }

    private void end(TransferEvent event) {
        Progress.Task task = tasks.remove(event.getResource());
        if (task != null) {
            task.close();
        }
    }

    private void stopIfAsked() throws TransferCancelledException {
        if (progress.cancelToken().isCancelled()) {
            throw cancelled();
        }
    }

    private static TransferCancelledException cancelled() {
        return new TransferCancelledException("stopped");
    }
}
