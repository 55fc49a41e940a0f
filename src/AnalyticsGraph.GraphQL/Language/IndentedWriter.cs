using System.Collections.Immutable;
using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>A text whose lines are indented as they are begun.</summary>
internal sealed class IndentedWriter
{
    private readonly StringBuilder _text = new();
    private int _level;

    /// <summary>Writes a text; each line after its first is indented.</summary>
    public IndentedWriter Write(string text)
    {
        if (_level == 0 || !text.Contains('\n', StringComparison.Ordinal))
        {
            _text.Append(text);
            return this;
        }

        foreach (var character in text)
        {
            _text.Append(character);
            if (character == '\n')
            {
                _text.Append(' ', _level * 2);
            }
        }

        return this;
    }

    /// <summary>Writes items on lines of their own between braces.</summary>
    public void Block<T>(ImmutableArray<T> items, Action<IndentedWriter, T> write, char open = '{', char close = '}')
    {
        _text.Append(open);
        _level++;
        foreach (var item in items)
        {
            Write("\n");
            write(this, item);
        }

        _level--;
        Write("\n");
        _text.Append(close);
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString();
}
