internal import FoundationEssentials
internal import Glibc

/// What `cronmill serve` has found out from flags, environment and files, for `cronmill-serve`, which takes its place.
///
/// It goes through a pipe that is open across `exec`: arguments and environment of a process can be read by others.
package struct ConsoleRequest: Codable, Sendable, Equatable {
    /// How to reach the cron database, in libpq's keywords.
    package var cron: [String: String]
    /// How to reach work databases.
    package var work: [String: String]
    /// Work databases that are reached in another way, by name.
    package var exceptions: [String: [String: String]] = [:]
    /// The work databases; nil is all that are registered, looked up anew all the time.
    package var databases: [String]?
    /// Numeric address to listen on.
    package var address = "127.0.0.1"
    /// Port to listen on; 0 is any that is free.
    package var port = 0
    /// A socket in the file system to listen on, instead of a port.
    package var socket: String?
    /// Names that `Host` may have, besides that of the address.
    package var hosts: [String] = []
    /// The secret that `/metrics` is read with.
    package var metricsToken: String?
    /// Whether the addresses that people come from are served, too.
    package var servesAliases = false
    /// Whether `/metrics` has histograms.
    package var hasHistograms = false
    /// How many standbys there have to be; nil where nobody has said.
    package var expectedStandbys: Int?
    /// Where the one-time address is written, if not to the terminal.
    package var loginFile: String?
    /// The folder that a proxy has put it in.
    package var base = ""
    /// Whether a proxy stands in front of it that speaks TLS.
    package var isBehindTLS = false
    /// How people log in.
    package var login = Login.once(mayAct: false)
    /// Whether statements are shown.
    package var isVerbose = false
    /// Whether nothing but errors is said.
    package var isQuiet = false

    /// How people log in.
    package enum Login: Codable, Sendable, Equatable {
        /// By an address that works once, as the role of the connection.
        case once(mayAct: Bool)
        /// By the name and the password of a role.
        case password
        /// A proxy says who it is, in a field of the head; each user has a service of libpq's.
        case proxy(field: String, services: [String: String])
    }

    package init(cron: [String: String], work: [String: String]) {
        self.cron = cron
        self.work = work
    }
}

extension ConsoleRequest {
    /// Why a request could not be handed over, or was not there.
    package struct Failure: Error {
        package let message: String
    }

    /// The most that a pipe takes of a user without privileges (`/proc/sys/fs/pipe-max-size`), and its setting, which
    /// Glibc's module does not have.
    private static let pipeSize: Int32 = 1 << 20
    private static let setPipeSize: Int32 = 1031

    /// Puts the request into a new pipe.
    ///
    /// - Returns: the end to read from, which stays open across `exec`.
    /// - Throws: `Failure`
    package func handOver() throws(Failure) -> Int32 {
        let text: [UInt8]
        do {
            text = [UInt8](try JSONEncoder().encode(self))
        } catch {
            throw Failure(message: "the settings cannot be written: \(error)")
        }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(message: String(cString: strerror(errno))) }
        defer { close(ends[1]) }
        // Nobody reads yet: what does not fit must not be waited for.
        if text.count > 65_536 { _ = fcntl(ends[1], Self.setPipeSize, Self.pipeSize) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        guard write(ends[1], text, text.count) == text.count else {
            close(ends[0])
            throw Failure(message: "the addresses of the databases are too long: \(text.count) bytes")
        }
        return ends[0]
    }

    /// Reads the request from the pipe that `handOver` made.
    ///
    /// - Throws: `Failure`
    package static func take(from descriptor: Int32) throws(Failure) -> ConsoleRequest {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            guard count > 0 else { throw Failure(message: String(cString: strerror(errno))) }
            text += buffer.prefix(count)
        }
        close(descriptor)
        do {
            return try JSONDecoder().decode(ConsoleRequest.self, from: Data(text))
        } catch {
            throw Failure(message: "the settings cannot be read")
        }
    }
}
