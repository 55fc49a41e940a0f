namespace AnalyticsGraph.GraphQL.Http;

/// <summary>The client broke the protocol; the socket is closed.</summary>
/// <param name="code">One of <see cref="SocketCloseCode"/>.</param>
/// <param name="message">What is wrong; shortened to what a close frame can hold.</param>
internal sealed class SocketFaultException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    public static SocketFaultException Invalid(string message) => new(SocketCloseCode.InvalidMessage, message);
}
