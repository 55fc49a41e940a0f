using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Http;
using AnalyticsGraph.LocalClickHouse.Sql;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>Runs one request's statement on a connection of its own, on an engine thread, and writes what comes.</summary>
internal sealed class StatementRunner(ConnectionPool pool)
{
    // The engine's words for a statement that gives no stream of blocks.
    private const string NotStreamable = "Streaming query is not supported";

    /// <exception cref="ServerException">The statement failed.</exception>
    internal void Run(QueryParameters parameters, Stream body, RunningQuery running, ResponseWriter response)
    {
        using var text = RequestText.Read(parameters.Query, body);
        var statement = Statement.Of(text.Statement);
        if (statement.Kind == StatementKind.Empty) throw ServerException.Create(ErrorCode.SyntaxError, "Syntax error: the query is empty");
        if (statement.Format is { } format) response.UseFormat(format);

        var connection = pool.Take(new SessionSettings(parameters.Database, parameters.Settings));
        var reusable = false;
        try
        {
            running.Begin(connection);
            reusable = text.Insert is { } insert ? RunInsert(connection, text, insert, parameters, response)
                : statement.Kind == StatementKind.Select ? RunSelect(connection, text.Statement, parameters, response)
                : RunOther(connection, text.Statement, parameters, response);
        }
        finally
        {
            if (running.End() && reusable) pool.Return(connection);
            else connection.Dispose();
        }
    }

    private static bool RunSelect(Connection connection, ReadOnlySpan<byte> sql, QueryParameters parameters, ResponseWriter response)
    {
        ResultStream stream;
        try
        {
            stream = connection.Stream(sql, parameters.Format, parameters.Bound);
        }
        catch (ServerException e) when (e.Code == (int)ErrorCode.BadArguments && e.Message.Contains(NotStreamable, StringComparison.Ordinal))
        {
            return RunOther(connection, sql, parameters, response);
        }
        using (stream)
        {
            while (stream.Next(out var block))
            {
                using (block) response.Write(block.Bytes, block.Figures);
            }
        }
        response.Complete(default);
        return true;
    }

    // SHOW, DDL, INSERT ... SELECT and the like. The session may have changed (SET, USE), so the connection serves no other request.
    private static bool RunOther(Connection connection, ReadOnlySpan<byte> sql, QueryParameters parameters, ResponseWriter response)
    {
        if (connection.Classify(sql).Statements > 1)
        {
            throw ServerException.Create(ErrorCode.SyntaxError, "Syntax error (Multi-statements are not allowed): send one statement a request");
        }
        using var result = connection.Execute(sql, parameters.Format, parameters.Bound);
        response.Write(result.Bytes, result.Figures);
        response.Complete(default);
        return false;
    }

    private static bool RunInsert(Connection connection, RequestText text, InsertHead head, QueryParameters parameters, ResponseWriter response)
    {
        using var insert = connection.Insert(text.Statement, head.Format, parameters.Bound);
        text.ForEachPiece((bytes, start, length) => insert.Append(bytes.AsSpan(start, length)));
        response.Complete(insert.Finish());
        return true;
    }
}
