using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

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
        return new ExecutionResult(writer, false, [error]);
    }

    /// <summary>A response to a request that could not be executed.</summary>
    public static ExecutionResult RequestError(ImmutableArray<GraphQLError> errors)
    {
        var writer = new ResponseWriter(512);
        writer.WriteRaw("{\"errors\":"u8);
        ErrorWriter.Write(writer, errors);
        writer.WriteByte((byte)'}');
        return new ExecutionResult(writer, true, errors);
    }

    private static void WriteExtensions(ResponseWriter writer, Dictionary<string, object?>? extensions)
    {
        if (extensions is not null)
        {
            writer.WriteRaw(",\"extensions\":"u8);
            ErrorWriter.WriteValue(writer, extensions);
        }
    }
}
