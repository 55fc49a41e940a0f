using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Section 7.1: puts data and errors together. Errors come first, as the specification advises, so that nobody overlooks them below a long result.</summary>
internal static class ResponseAssembly
{
    /// <summary>What stands before the data of a response without errors.</summary>
    public static ReadOnlySpan<byte> DataPrefix => "{\"data\":"u8;

    /// <summary>Ends a response whose data were written after <see cref="DataPrefix"/>.</summary>
    public static ExecutionResult WithData(ResponseWriter data, ImmutableArray<GraphQLError> errors, Dictionary<string, object?>? extensions)
    {
        WriteExtensions(data, extensions);
        data.WriteByte((byte)'}');
        if (errors.IsEmpty)
        {
            return new ExecutionResult(data, false, errors);
        }

        var whole = new ResponseWriter(data.Length + (256 * errors.Length));
        whole.WriteRaw("{\"errors\":"u8);
        ErrorWriter.Write(whole, errors);
        whole.WriteByte((byte)',');
        whole.WriteRaw(data.Written.Span[1..]);
        data.Dispose();
        return new ExecutionResult(whole, false, errors);
    }

    /// <summary>A response to a request that was executed but has no data at all.</summary>
    public static ExecutionResult WithoutData(GraphQLError error, Dictionary<string, object?>? extensions)
    {
        var writer = new ResponseWriter(512);
        writer.WriteRaw("{\"errors\":"u8);
        ErrorWriter.Write(writer, [error]);
        writer.WriteRaw(",\"data\":null"u8);
        WriteExtensions(writer, extensions);
        writer.WriteByte((byte)'}');
        return new ExecutionResult(writer, false, [error]) { HasFailed = true };
    }

    /// <summary>A response to a request that could not be executed.</summary>
    /// <param name="errors">What is wrong.</param>
    /// <param name="trace">Whose profile it tells, if that was asked for.</param>
    public static ExecutionResult RequestError(ImmutableArray<GraphQLError> errors, RequestTrace? trace = null)
    {
        var writer = new ResponseWriter(512);
        writer.WriteRaw("{\"errors\":"u8);
        ErrorWriter.Write(writer, errors);
        var end = writer.Length;
        if (trace is { Profile: ProfileDetail.Full })
        {
            WriteExtensions(writer, new() { ["profile"] = ProfileReport.Of(trace) });
        }

        writer.WriteByte((byte)'}');
        return new ExecutionResult(writer, true, errors) { ErrorsEnd = end };
    }

    /// <summary>Writes <c>extensions</c> as a further member.</summary>
    public static void WriteExtensions(ResponseWriter writer, Dictionary<string, object?>? extensions)
    {
        if (extensions is not null)
        {
            writer.WriteRaw(",\"extensions\":"u8);
            ErrorWriter.WriteValue(writer, extensions);
        }
    }
}
