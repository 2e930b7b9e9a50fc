internal import Cronmill
internal import Glibc
internal import Postgres

/// A table of the ISO codes in Debian's package iso-codes.
enum CodeTable: String, Sendable, Hashable, CaseIterable {
    case languages = "639-3"
    case countries = "3166-1"
    case subdivisions = "3166-2"
    case currencies = "4217"

    static let folder = "/usr/share/iso-codes/json"

    /// The number of the standard, as people write it.
    var title: String { "ISO \(rawValue)" }

    /// The name of its file.
    var file: String { "iso_\(rawValue).json" }

    /// - Throws: `CronmillError` that names the package, if one of the tables is not there.
    static func checkInstalled(in folder: String = folder) throws(CronmillError) {
        for table in allCases where access("\(folder)/\(table.file)", R_OK) != 0 {
            throw CronmillError(
                .failed,
                "\(folder)/\(table.file) cannot be read: \(String(cString: strerror(errno)))",
                detail: "The demo's tasks are the records of the ISO tables in the package iso-codes.",
                hint: "Install it: apt install iso-codes"
            )
        }
    }

    /// The whole file: an object whose one member, named for the standard, is the array of the records.
    ///
    /// - Throws: `CronmillError` if it cannot be read.
    func text(in folder: String = folder) throws(CronmillError) -> String {
        let path = "\(folder)/\(file)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 { bytes += buffer[..<count] }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0, errno != EINTR { throw Self.unreadable(path) }
        }
    }

    private static func unreadable(_ path: String) -> CronmillError {
        CronmillError(.failed, "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
