internal import Glibc

/// PostgreSQL server programs on this machine.
public struct ServerInstallation: Sendable, Hashable {
    /// 15 for PostgreSQL 15.4.
    public let majorVersion: Int
    /// The folder with `initdb`, `pg_ctl` and `postgres`.
    public let binDirectory: String
    /// Whether the pg_cron extension is installed for it.
    public let hasCron: Bool

    /// Every installed server, newest first: the ones below `/usr/lib/postgresql` and the one that the `pg_config`
    /// on PATH describes.
    public static func installed() -> [ServerInstallation] {
        let found = debianVersions().compactMap(debian) + [described()].compactMap(\.self)
        var seen: Set<String> = []
        return
            found
            .filter { seen.insert($0.binDirectory).inserted }
            .sorted { $0.majorVersion > $1.majorVersion }
    }

    /// The newest installed server that has pg_cron.
    ///
    /// - Throws: `PrivateServerError` when there is none; its hint names the packages to install.
    public static func newestWithCron() throws(PrivateServerError) -> ServerInstallation {
        let installed = installed()
        if let newest = installed.first(where: \.hasCron) { return newest }
        guard let newest = installed.first?.majorVersion else {
            throw PrivateServerError(
                "no PostgreSQL server is installed",
                hint: "install the packages postgresql-NN and postgresql-NN-cron, where NN is the newest version that "
                    + "`apt-cache search --names-only '^postgresql-[0-9]+-cron$'` lists"
            )
        }
        throw PrivateServerError(
            "no installed PostgreSQL server has pg_cron (newest server: \(newest))",
            hint: "install the package postgresql-\(newest)-cron"
        )
    }

    /// The server whose programs are in that folder, with pg_cron.
    ///
    /// - Throws: `PrivateServerError` when there is none, or it lacks pg_cron.
    public static func withCron(binDirectory: String) throws(PrivateServerError) -> ServerInstallation {
        let found = installed().first { $0.binDirectory == binDirectory } ?? described(in: binDirectory)
        guard let found else {
            throw PrivateServerError("there is no PostgreSQL server in \(binDirectory)")
        }
        guard found.hasCron else {
            throw PrivateServerError("the PostgreSQL server in \(binDirectory) has no pg_cron")
        }
        return found
    }

    /// A server at the places where Debian's packages put it.
    private static func debian(version: Int) -> ServerInstallation? {
        ServerInstallation(
            majorVersion: version,
            binDirectory: "/usr/lib/postgresql/\(version)/bin",
            libraryDirectory: "/usr/lib/postgresql/\(version)/lib",
            shareDirectory: "/usr/share/postgresql/\(version)"
        )
    }

    /// The server that the `pg_config` in that folder describes, or the one on PATH.
    private static func described(in folder: String? = nil) -> ServerInstallation? {
        let lines = ConfigProgram.answers(to: ["--version", "--bindir", "--pkglibdir", "--sharedir"], in: folder)
        guard lines.count == 4, let version = majorVersion(in: lines[0]) else { return nil }
        return ServerInstallation(
            majorVersion: version,
            binDirectory: lines[1],
            libraryDirectory: lines[2],
            shareDirectory: lines[3]
        )
    }

    /// Nil when the folder lacks a server: the client packages of Debian use the same folder.
    private init?(majorVersion: Int, binDirectory: String, libraryDirectory: String, shareDirectory: String) {
        let programs = ["initdb", "pg_ctl", "postgres"]
        guard programs.allSatisfy({ access("\(binDirectory)/\($0)", X_OK) == 0 }) else { return nil }
        self.majorVersion = majorVersion
        self.binDirectory = binDirectory
        self.hasCron =
            access("\(libraryDirectory)/pg_cron.so", R_OK) == 0
            && access("\(shareDirectory)/extension/pg_cron.control", R_OK) == 0
    }

    /// The versions that have a folder below `/usr/lib/postgresql`.
    private static func debianVersions() -> [Int] {
        var matches = glob_t()
        defer { globfree(&matches) }
        guard glob("/usr/lib/postgresql/*/bin/postgres", 0, nil, &matches) == 0 else { return [] }
        return (0..<Int(matches.gl_pathc)).compactMap { index in
            matches.gl_pathv[index].flatMap { Int(String(cString: $0).split(separator: "/")[3]) }
        }
    }

    /// 15 from `PostgreSQL 15.4 (Debian 15.4-1)`, 19 from `PostgreSQL 19beta1`.
    private static func majorVersion(in text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count > 1 else { return nil }
        return Int(words[1].prefix { $0.isNumber })
    }
}
