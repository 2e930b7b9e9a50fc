internal import CLibpq
internal import Glibc

/// Opens a connection without blocking for longer than `connect_timeout` for each address, and ends at once when woken.
struct ConnectionAttempt: Sendable {
    let info: ConnectionInfo
    let applicationName: String
    let onNotice: @Sendable (Notice) -> Void

    /// In seconds, where the address, the environment and the service file say nothing.
    private static let defaultTimeout = 10

    /// Returns an open connection, which the caller has to finish, and the receiver, which has to live as long.
    func open(wakePipe: WakePipe) throws -> (handle: OpaquePointer, receiver: NoticeReceiver) {
        var parameters = info.parameters
        parameters["client_encoding"] = "UTF8"
        if parameters["fallback_application_name"] == nil {
            parameters["fallback_application_name"] = applicationName
        }
        for (keyword, value) in parameters where keyword.utf8.contains(0) || value.utf8.contains(0) {
            throw PostgresError(kind: .client, message: "a connection parameter cannot contain a zero byte")
        }
        let keywords = CStrings(parameters.map(\.key) + [nil])
        let values = CStrings(parameters.map(\.value) + [nil])
        guard let connection = PQconnectStartParams(keywords.pointer, values.pointer, 0) else {
            throw PostgresError(kind: .connection, message: "out of memory")
        }
        do {
            let database = PQdb(connection).map { String(cString: $0) }
            let receiver = NoticeReceiver(database: database, receive: onNotice)
            receiver.install(on: connection)
            // Only a verbose message tells the SQLSTATE of a refusal.
            PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
            try establish(connection, wakePipe)
            PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            try takeBytesAsTheyAre(connection)
            return (connection, receiver)
        } catch {
            PQfinish(connection)
            throw error
        }
    }

    /// A database of encoding SQL_ASCII knows of its texts only that they are bytes: it converts nothing, and would refuse
    /// every row that is not UTF-8.
    private func takeBytesAsTheyAre(_ connection: OpaquePointer) throws {
        guard PQparameterStatus(connection, "server_encoding").map({ String(cString: $0) }) == "SQL_ASCII" else {
            return
        }
        guard PQsetClientEncoding(connection, "SQL_ASCII") == 0 else { throw failure(connection) }
    }

    private func establish(_ connection: OpaquePointer, _ wakePipe: WakePipe) throws {
        guard PQstatus(connection) != CONNECTION_BAD else { throw failure(connection) }
        let timeout = timeout(connection)
        var address = address(connection)
        var deadline = timeout.map { ContinuousClock.now + $0 }
        var hasExpired = false
        var state = PGRES_POLLING_WRITING
        while state == PGRES_POLLING_WRITING || state == PGRES_POLLING_READING {
            let isReady = try wait(connection, for: state, deadline: deadline, wakePipe)
            if !isReady {
                guard !hasExpired else { throw failure(connection, hasExpired: true) }
                // A closed socket makes libpq try its next address, as its own blocking connect does after the timeout.
                shutdown(PQsocket(connection), Int32(SHUT_RDWR))
                hasExpired = true
                deadline = timeout.map { ContinuousClock.now + $0 }
            }
            state = PQconnectPoll(connection)
            let current = self.address(connection)
            if current != address {
                address = current
                hasExpired = false
                deadline = timeout.map { ContinuousClock.now + $0 }
            }
        }
        guard state == PGRES_POLLING_OK else { throw failure(connection, hasExpired: hasExpired) }
    }

    /// False when the deadline has passed.
    private func wait(
        _ connection: OpaquePointer,
        for state: PostgresPollingStatusType,
        deadline: ContinuousClock.Instant?,
        _ wakePipe: WakePipe
    ) throws -> Bool {
        let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
        while true {
            var descriptors = [
                pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0),
                pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&descriptors, 2, milliseconds(until: deadline))
            if count < 0 {
                guard errno == EINTR else {
                    throw PostgresError(kind: .connection, message: String(cString: strerror(errno)))
                }
                continue
            }
            guard descriptors[1].revents == 0 else { throw CancellationError() }
            if count > 0 { return true }
            if let deadline, ContinuousClock.now >= deadline { return false }
        }
    }

    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = (deadline - ContinuousClock.now) / .milliseconds(1)
        return Int32(min(max(left.rounded(.up), 0), 1_000_000_000))
    }

    /// libpq keeps to `connect_timeout` only where it blocks itself. Nil waits for ever.
    private func timeout(_ connection: OpaquePointer) -> Duration? {
        let options = PQconninfo(connection)
        defer { PQconninfoFree(options) }
        let text = options.flatMap { ConnectionInfo.pairs($0)["connect_timeout"] }
        let seconds = text.flatMap { Int($0.trimmed) } ?? Self.defaultTimeout
        // Manual, section 34.1.2: zero and negative wait for ever, one second is taken as two.
        return seconds <= 0 ? nil : .seconds(max(seconds, 2))
    }

    private func address(_ connection: OpaquePointer) -> [String] {
        [PQhost(connection), PQhostaddr(connection), PQport(connection)].map { $0.map { String(cString: $0) } ?? "" }
    }

    private func failure(_ connection: OpaquePointer, hasExpired: Bool = false) -> PostgresError {
        let text = PQerrorMessage(connection).map { ServerText.decoded($0) } ?? ""
        var (message, sqlState) = Self.parts(ofVerbose: text.trimmed)
        // The server asked for a password, and libpq had none.
        if sqlState == nil, PQconnectionNeedsPassword(connection) == 1 { sqlState = .invalidPassword }
        if hasExpired {
            message += message.isEmpty ? "timeout expired" : "\ntimeout expired"
        }
        let database = PQdb(connection).map { String(cString: $0) }
        return PostgresError(
            kind: .connection,
            message: message,
            sqlState: sqlState,
            database: database ?? info["dbname"]
        )
    }

    /// Takes `FATAL:  28P01: password ...` and the `LOCATION` line apart again, which leaves libpq's ordinary message.
    ///
    /// Both are in the server's language: `FEHLER:  28P01: ...`, `ORT:  auth.c:326`.
    static func parts(ofVerbose text: String) -> (message: String, sqlState: SQLState?) {
        var sqlState: SQLState?
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !isLocation(line) {
            guard let (plain, code) = withoutCode(line) else {
                lines.append(String(line))
                continue
            }
            sqlState = SQLState(code)
            lines.append(plain)
        }
        return (lines.joined(separator: "\n").trimmed, sqlState)
    }

    /// `LOCATION:  auth_failed, auth.c:326`: a word, two blanks, and at the end the place in a source file.
    private static func isLocation(_ line: Substring) -> Bool {
        guard let gap = line.firstRange(of: ":  "), line[..<gap.lowerBound].allSatisfy(\.isLetter) else { return false }
        let place = line[gap.upperBound...].split(separator: ":")
        return place.count > 1 && place[place.count - 2].hasSuffix(".c")
            && place[place.count - 1].allSatisfy(\.isNumber)
    }

    private static func withoutCode(_ line: Substring) -> (line: String, code: String)? {
        for start in line.ranges(of: ":  ").map(\.upperBound) {
            let code = line[start...].prefix(5)
            let rest = line[code.endIndex...]
            let isCode = code.utf8.count == 5 && code.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
            if isCode, rest.hasPrefix(": ") {
                return (String(line[..<start] + rest.dropFirst(2)), String(code))
            }
        }
        return nil
    }
}
