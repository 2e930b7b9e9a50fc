internal import Postgres
internal import SQLFiles

/// The SQL files of one half, in the order of its `install.sql`, and the upgrades of its tables.
///
/// A file `install.sql` is a list: it stands for the files that its lines `\ir` name, from where it is, as with psql. What
/// is named of the other half is made in this half's schema: neither can call the other's functions, and one text says what
/// a schedule is.
struct SQLScript: Sendable {
    /// `cron` or `work`.
    let folder: String
    let files: [SQLFile]
    /// In order, without a gap, from version 2.
    let upgrades: [SchemaUpgrade]

    /// The files that `folder/install.sql` stands for, and those of `upgrades/folder/`.
    ///
    /// - Throws: `CronmillError` if one is missing; then the program was built wrong.
    init(folder: String, of all: [SQLFile] = SQLFile.all) throws {
        self.folder = folder
        self.files = try Self.included("\(folder)/install.sql", of: all).map { file in
            guard folder == "work", file.path.hasPrefix("cron/") else { return file }
            return SQLFile(path: file.path, text: file.text.replacing("cronmill_cron.", with: "cronmill."))
        }
        let upgrades = all.filter { $0.path.hasPrefix("upgrades/\(folder)/") }
            .map { SchemaUpgrade(path: $0.path, text: $0.text) }
        self.upgrades = upgrades.compactMap { $0 }.sorted { $0.number < $1.number }
        guard self.upgrades.map(\.number) == Array(2..<(2 + upgrades.count)) else {
            throw CronmillError(.failed, "the files of sql/upgrades/\(folder) are not numbered from 002 on")
        }
    }

    /// Tables and types: once.
    var tables: [SQL] { files.filter { $0.path.contains("/tables/") }.map { SQL(unsafeRaw: $0.text) } }
    /// Functions, views and triggers: again with every change.
    var routines: [SQL] { files.filter { !$0.path.contains("/tables/") }.map { SQL(unsafeRaw: $0.text) } }

    /// Tells this version of the files from others (FNV-1a, 64 bits).
    static func fingerprint(_ statements: [SQL]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for statement in statements {
            // Of half a million bytes: an iterator takes ten times as long where nothing is optimized.
            let bytes = ContiguousArray(statement.text.utf8)
            bytes.withUnsafeBufferPointer { bytes in
                var index = 0
                while index < bytes.count {
                    hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
                    index += 1
                }
            }
        }
        return String(hash, radix: 16)
    }

    /// The text of one file.
    static func statements(_ path: String) throws -> SQL {
        SQL(unsafeRaw: try file(path).text)
    }

    /// The file, or the files of a list.
    private static func included(_ path: String, of all: [SQLFile]) throws -> [SQLFile] {
        let file = try file(path, of: all)
        guard path.hasSuffix("/install.sql") else { return [file] }
        let folder = path.dropLast("install.sql".count)
        return try file.text.split(separator: "\n").filter { $0.hasPrefix("\\ir ") }
            .flatMap { try included(withoutParents("\(folder)\($0.dropFirst(4))"), of: all) }
    }

    /// A path with `..` in it as one without.
    private static func withoutParents(_ path: String) -> String {
        path.split(separator: "/").reduce(into: [Substring]()) { parts, part in
            if part == ".." { parts.removeLast() } else { parts.append(part) }
        }.joined(separator: "/")
    }

    private static func file(_ path: String, of all: [SQLFile] = SQLFile.all) throws -> SQLFile {
        guard let file = all.first(where: { $0.path == path }) else {
            throw CronmillError(.failed, "SQL file \(path) is missing from this build")
        }
        return file
    }

    /// A template with its holes filled; the values are SQL already (quoted names, quoted literals, text for
    /// comments), and no value is searched for holes.
    static func rendered(_ path: String, _ values: [String: String]) throws -> SQL {
        let template = try file(path).text
        var tag = "$cronmill$"
        var number = 0
        while ([template] + values.values).contains(where: { $0.contains(tag) }) {
            number += 1
            tag = "$cronmill\(number)$"
        }
        var text = ""
        var rest = Substring(template)
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let name = String(rest[start.upperBound..<end.lowerBound])
            guard let value = name == "tag" ? tag : values[name] else {
                throw CronmillError(.failed, "template \(path) has an unknown hole \(name)")
            }
            text += rest[..<start.lowerBound] + value
            rest = rest[end.upperBound...]
        }
        return SQL(unsafeRaw: text + rest)
    }
}
