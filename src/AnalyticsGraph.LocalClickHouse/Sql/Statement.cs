using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>How a statement reaches the engine.</summary>
internal enum StatementKind
{
    /// <summary>Nothing but white space and comments.</summary>
    Empty,

    /// <summary>Its result is streamed.</summary>
    Select,

    /// <summary>Everything else: its result comes at once.</summary>
    Other,
}

/// <summary>What this host must know of a whole statement before the engine sees it.</summary>
/// <param name="Kind">How it is run.</param>
/// <param name="Format">The output format its FORMAT clause names, or null.</param>
internal sealed record Statement(StatementKind Kind, string? Format)
{
    /// <summary>Looks at a statement without its data.</summary>
    /// <exception cref="ServerException">The statement would reach outside the engine or break this process.</exception>
    internal static Statement Of(ReadOnlySpan<byte> text)
    {
        var scanner = new SqlScanner(text);
        var first = scanner.Next();
        while (scanner.Is(first, '(')) first = scanner.Next();
        if (first.Kind == TokenKind.End) return new(StatementKind.Empty, null);
        var select = scanner.Is(first, "SELECT"u8) || scanner.Is(first, "WITH"u8) || scanner.Is(first, "FROM"u8) || scanner.Is(first, "VALUES"u8);
        RefuseClientWord(text, scanner, first);

        string? format = null;
        var previous = first;
        for (var token = scanner.Next(); token.Kind != TokenKind.End; previous = token, token = scanner.Next())
        {
            if (scanner.Is(previous, "FORMAT"u8) && token.Kind == TokenKind.Word)
            {
                format = Encoding.UTF8.GetString(scanner.Text(token));
            }
            else if (scanner.Is(token, "OUTFILE"u8) && scanner.Is(previous, "INTO"u8) || scanner.Is(token, "INFILE"u8) && scanner.Is(previous, "FROM"u8))
            {
                throw ServerException.Create(ErrorCode.NotImplemented,
                    "INTO OUTFILE and FROM INFILE belong to ClickHouse's command line client; over HTTP send or take the data with the request");
            }
            else if (IsStackTrace(scanner, token))
            {
                throw ServerException.Create(ErrorCode.NotImplemented,
                    "system.stack_trace is not available here: reading it signals every thread of the host process");
            }
        }
        return new(select ? StatementKind.Select : StatementKind.Other, format);
    }

    private static bool IsStackTrace(SqlScanner scanner, Token token) =>
        scanner.Is(token, "STACK_TRACE"u8)
        || token.Kind == TokenKind.QuotedIdentifier && scanner.Text(token) is [_, .. var name, _] && Ascii.EqualsIgnoreCase(name, "stack_trace"u8);

    // The library's client side ends on these words instead of parsing them.
    private static void RefuseClientWord(ReadOnlySpan<byte> text, SqlScanner scanner, Token first)
    {
        if (scanner.Is(first, "EXIT"u8) || scanner.Is(first, "QUIT"u8) || scanner.Is(first, "LOGOUT"u8) || scanner.Is(first, "Q"u8)
            || text.TrimStart(" \t\r\n"u8) is [(byte)'\\' or (byte)':', ..])
        {
            throw ServerException.Create(ErrorCode.SyntaxError, $"Syntax error: failed at position 1 ({Encoding.UTF8.GetString(scanner.Text(first))})");
        }
    }
}
