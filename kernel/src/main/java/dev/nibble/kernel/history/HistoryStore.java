package dev.nibble.kernel.history;

import dev.nibble.kernel.history.History.Entry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/** The SQLite file itself; used by one thread. */
final class HistoryStore implements AutoCloseable {
    private static final int VERSION = 1;
    /** What another kernel's transaction may take before we give up, in milliseconds. */
    private static final int BUSY_MILLIS = 1_000;

    private static final int MAX_CELLS = 100_000;
    /** Of all cells, the oldest of which this share goes when the file is full. */
    private static final int SHARE = 4;

    private static final int MAX_ANSWER_CHARS = 16 << 20;
    private static final String COLUMNS = "select session, number, code, result from cells ";

    private final Connection connection;
    private final long maxBytes;
    private final long session;

    private HistoryStore(Connection connection, long maxBytes) throws SQLException {
        this.connection = connection;
        this.maxBytes = maxBytes;
        prepare();
        this.session = newSession();
    }

    /** @throws IOException if the file belongs to a newer version, or cannot be used though it is not broken */
    static HistoryStore open(Path file, long maxBytes) throws IOException {
        try {
            create(file);
            try {
                return connect("jdbc:sqlite:" + file, maxBytes);
            } catch (SQLException e) {
                if (!isBroken(e)) {
                    throw e;
                }
                setAside(file);
                return connect("jdbc:sqlite:" + file, maxBytes);
            }
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** One that is gone when the kernel ends. */
    static HistoryStore inMemory(long maxBytes) throws IOException {
        try {
            return connect("jdbc:sqlite::memory:", maxBytes);
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static HistoryStore connect(String url, long maxBytes) throws SQLException {
        var config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        // Readers and a writer do not wait for each other; where a file system cannot do that, SQLite falls back.
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        var source = new SQLiteDataSource(config);
        source.setUrl(url);
        Connection connection = source.getConnection();
        try {
            return new HistoryStore(connection, maxBytes);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** What people type is nobody else's: only its owner may read it. */
    private static void create(Path file) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(file.getParent());
        try {
            if (posix) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException e) {
            // as it should be
        }
    }

    private static boolean isBroken(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == SQLiteErrorCode.SQLITE_NOTADB.code || code == SQLiteErrorCode.SQLITE_CORRUPT.code;
    }

    private static void setAside(Path file) throws IOException {
        Files.move(file, Path.of(file + ".broken"), StandardCopyOption.REPLACE_EXISTING);
        for (String part : List.of("-wal", "-shm", "-journal")) {
            Files.deleteIfExists(Path.of(file + part));
        }
        create(file);
    }

    private void prepare() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version = number(statement, "pragma user_version");
            if (version > VERSION) {
                throw new SQLException("the history is of a newer version of Nibble (" + version + ")");
            }
            statement.execute("pragma trusted_schema = off");
            statement.execute("pragma journal_size_limit = " + (4 << 20));
            statement.execute("create table if not exists sessions (id integer primary key autoincrement, began text)");
            statement.execute("create table if not exists cells (id integer primary key, session integer not null,"
                    + " number integer not null, code text not null, result text)");
            statement.execute("create index if not exists cells_by_session on cells (session, number)");
            if (version == 0) {
                statement.execute("pragma user_version = " + VERSION);
            }
        }
        shrink();
    }

    private long newSession() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into sessions (began) values (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))");
            try (ResultSet id = statement.executeQuery("select last_insert_rowid()")) {
                id.next();
                return id.getLong(1);
            }
        }
    }

    long session() {
        return session;
    }

    /** All of them or none. */
    void add(List<Entry> entries) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into cells (session, number, code, result) values (?, ?, ?, ?)")) {
            for (Entry entry : entries) {
                insert.setLong(1, session);
                insert.setInt(2, entry.number());
                insert.setString(3, entry.code());
                insert.setString(4, entry.result());
                insert.executeUpdate();
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Lets go of the oldest cells where there are too many; the file uses their room again. */
    void shrink() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int pages = number(statement, "pragma page_count") - number(statement, "pragma freelist_count");
            long bytes = (long) pages * number(statement, "pragma page_size");
            int cells = number(statement, "select count(*) from cells");
            int surplus = Math.max(cells - MAX_CELLS, bytes > maxBytes ? cells / SHARE + 1 : 0);
            if (surplus > 0) {
                statement.execute(
                        "delete from cells where id in (select id from cells order by id limit " + surplus + ")");
            }
        }
    }

    private static int number(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            return result.next() ? result.getInt(1) : 0;
        }
    }

    List<Entry> tail(int n) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(COLUMNS + "order by id desc limit ?")) {
            query.setInt(1, n);
            return entries(query).reversed();
        }
    }

    List<Entry> range(long of, long start, long stop, int n) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                COLUMNS + "where session = ? and number >= ? and number < ? order by id limit ?")) {
            query.setLong(1, of);
            query.setLong(2, start);
            query.setLong(3, stop);
            query.setInt(4, n);
            return entries(query);
        }
    }

    List<Entry> search(String glob, boolean unique, int n) throws SQLException {
        String where = unique
                ? "where id in (select max(id) from cells where code glob ? group by code) "
                : "where code glob ? ";
        try (PreparedStatement query = connection.prepareStatement(COLUMNS + where + "order by id desc limit ?")) {
            query.setString(1, glob);
            query.setInt(2, n);
            return entries(query).reversed();
        }
    }

    private static List<Entry> entries(PreparedStatement query) throws SQLException {
        var entries = new ArrayList<Entry>();
        long chars = 0;
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                var entry = new Entry(rows.getLong(1), rows.getInt(2), rows.getString(3), rows.getString(4));
                chars += entry.code().length()
                        + (entry.result() == null ? 0 : entry.result().length());
                if (chars > MAX_ANSWER_CHARS) {
                    break;
                }
                entries.add(entry);
            }
        }
        return Collections.unmodifiableList(entries);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
