/// Carries a task's cancellation to the statement that is under way, and to no other.
///
/// The server cancels whatever a session is doing when the request arrives. So a request is sent only between `begin`
/// and `end` of a statement, and `end` waits for one that is on its way. A request that overtakes its statement is
/// ignored by the server, so it is repeated until the statement ends.
final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var isUnderWay = false
        var isSending = false
        var hasSender = false
    }

    private let state = Monitor(State())
    /// How long a statement may go on after it was cancelled.
    private static let patience = Duration.seconds(10)
    private let handle: CancelHandle

    init(_ handle: CancelHandle) {
        self.handle = handle
    }

    var isCancelled: Bool {
        state.update { $0.isCancelled }
    }

    /// A statement is about to be sent; false when it must not be, because the task is cancelled.
    func begin() -> Bool {
        state.update { state in
            state.isUnderWay = !state.isCancelled
            return state.isUnderWay
        }
    }

    /// The statement's answer is complete.
    func end() {
        state.update { $0.isUnderWay = false }
        state.wait { $0.isSending ? nil : () }
    }

    /// The task is cancelled. Returns at once.
    func cancel() {
        let needsSender = state.update { state in
            state.isCancelled = true
            guard state.isUnderWay, !state.hasSender else { return false }
            state.hasSender = true
            return true
        }
        if needsSender {
            DetachedThread.start { [self] in repeatRequest() }
        }
    }

    /// Ends the connection if a statement is under way: where the server is frozen, nobody takes a cancel.
    func abandon() {
        state.update { state in
            if state.isUnderWay { handle.abandon() }
        }
    }

    private func repeatRequest() {
        let givesUpAt = ContinuousClock.now + Self.patience
        while state.update({ state in
            state.isSending = state.isUnderWay
            return state.isSending
        }) {
            // A function may catch every cancel. What its transaction has done is rolled back when the server sees that
            // nobody is there any more.
            if ContinuousClock.now < givesUpAt { handle.send() } else { handle.abandon() }
            state.update { $0.isSending = false }
            state.wait(milliseconds: 100) { !$0.isUnderWay }
        }
    }
}
