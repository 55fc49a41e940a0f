using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>
/// The head of an INSERT that brings its own rows: where the statement ends, in which format the rows are, and where they
/// start. The rows are never part of the statement's text for the engine: it would take a blank line within binary data for
/// the end of the statement.
/// </summary>
/// <param name="StatementLength">Bytes of the statement without its FORMAT or VALUES clause.</param>
/// <param name="Format">The input format's name.</param>
/// <param name="DataStart">The first byte of the rows.</param>
/// <param name="Input">Where an INSERT ... SELECT takes its rows from, if it is one.</param>
internal sealed record InsertHead(int StatementLength, string Format, int DataStart, InputFunction? Input = null)
{
    /// <summary>Finds the head of an INSERT within the beginning of a text.</summary>
    /// <returns>Null: another statement, an INSERT ... SELECT that brings no rows, or the beginning is too short to tell.</returns>
    internal static InsertHead? Find(ReadOnlySpan<byte> text)
    {
        var scanner = new SqlScanner(text);
        if (!scanner.Is(scanner.Next(), "INSERT"u8)) return null;
        var token = scanner.Next();
        if (scanner.Is(token, "INTO"u8)) token = scanner.Next();
        if (scanner.Is(token, "TABLE"u8)) token = scanner.Next();
        if (scanner.Is(token, "FUNCTION"u8)) token = scanner.Next();

        InputFunction? input = null;
        var select = false;

        // The table's name is any word, even FORMAT, or a parameter; clauses are looked for after it.
        var depth = scanner.Is(token, '{') ? 1 : 0;
        for (token = scanner.Next(); token.Kind != TokenKind.End; token = scanner.Next())
        {
            if (select && scanner.Is(token, "INPUT"u8))
            {
                var (function, next) = InputFunction.Read(ref scanner, token);
                (input, token) = (function ?? input, next);
            }
            if (scanner.Is(token, '(') || scanner.Is(token, '{')) depth++;
            else if (scanner.Is(token, ')') || scanner.Is(token, '}')) depth--;
            else if (depth != 0) continue;
            else if (scanner.Is(token, '.')) scanner.Next();
            else if (scanner.Is(token, "SELECT"u8) || scanner.Is(token, "WITH"u8) || scanner.Is(token, "WATCH"u8)) select = true;
            else if (scanner.Is(token, "VALUES"u8) && !select) return new(token.Start, "Values", token.End);
            else if (scanner.Is(token, "FORMAT"u8) && select == input is not null) return OfFormat(text, token.Start, scanner.Next(), input);
        }
        return null;
    }

    private static InsertHead? OfFormat(ReadOnlySpan<byte> text, int statement, Token format, InputFunction? input)
    {
        if (format.Kind != TokenKind.Word) return null;
        // As the engine has it: blanks of the line, then one line break, then data.
        var data = format.End;
        while (data < text.Length && text[data] is (byte)' ' or (byte)'\t' or (byte)'\f') data++;
        if (data < text.Length && text[data] == ';') data++;
        if (data < text.Length && text[data] == '\r') data++;
        if (data < text.Length && text[data] == '\n') data++;
        return new(statement, Encoding.UTF8.GetString(text[format.Start..format.End]), data, input);
    }
}
