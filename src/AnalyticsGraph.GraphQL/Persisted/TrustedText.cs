using System.Buffers;
using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>A document that was put together from several files, and where each of its lines came from.</summary>
internal sealed class TrustedText
{
    private readonly ArrayBufferWriter<byte> _source = new();
    private readonly List<(string File, int FirstLine, int LineInFile)> _parts = [];

    public TrustedText(DocumentFile file)
    {
        _source.Write(file.Source.Span);
        _parts.Add((file.Name, 1, 1));
    }

    /// <summary>The text in UTF-8.</summary>
    public ReadOnlyMemory<byte> Source => _source.WrittenMemory;

    /// <summary>Appends a definition of another file at the column where it stands there.</summary>
    public void Append(DocumentFile file, Location definition)
    {
        _source.Write("\n\n"u8);
        _parts.Add((file.Name, LineAtEnd(), definition.Line));
        _source.Write(Encoding.ASCII.GetBytes(new string(' ', definition.Column - 1)));
        _source.Write(file.Source.Span[definition.Start..definition.End]);
    }

    /// <summary>An error with its place in the file it stands in.</summary>
    public string Describe(GraphQLError error)
    {
        var at = error.Locations.IsEmpty ? new Location(0, 0, 1, 1) : error.Locations[0];
        var (file, firstLine, lineInFile) = _parts.Last(part => part.FirstLine <= at.Line);
        return TrustedFile.Describe(file, at.Line - firstLine + lineInFile, at.Column, error.Message);
    }

    // Lines end as section 2.1.4 says: a carriage return, with or without a line feed, ends one too.
    private int LineAtEnd()
    {
        var line = 1;
        var text = Source.Span;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                line++;
            }
        }

        return line;
    }
}
