/// One file of the `sql` folder, compiled into the program.
///
/// The same file can be run with `psql -f sql/<path>`.
public struct SQLFile: Sendable, Hashable {
    /// Where the file is, relative to the `sql` folder: `work/install.sql`.
    public let path: String
    /// The whole file, byte for byte.
    public let text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// The file at that path, or nil when there is none.
    public static func named(_ path: String) -> SQLFile? {
        all.first { $0.path == path }
    }
}
