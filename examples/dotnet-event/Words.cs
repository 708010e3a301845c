using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;

namespace Example
{
    public class Text
    {
        public string Content { get; set; }
    }

    public class Words
    {
        private int least;

        /// <summary>The initializer: reads the settings, once for each instance.</summary>
        public void Initialize()
        {
            least = int.Parse(Environment.GetEnvironmentVariable("LEAST_LENGTH") ?? "1");
            Console.WriteLine("words of " + least + " letters and more");
        }

        /// <summary>JSON in, JSON out: counts words.</summary>
        public Dictionary<string, int> Count(Text text)
        {
            if (text?.Content == null)
            {
                throw new ArgumentException("the event needs a Content");
            }
            var counts = new Dictionary<string, int>();
            foreach (string word in text.Content.ToLowerInvariant().Split(new[] { ' ', ',', '.' }, StringSplitOptions.RemoveEmptyEntries))
            {
                if (word.Length >= least)
                {
                    counts[word] = counts.TryGetValue(word, out int count) ? count + 1 : 1;
                }
            }
            return counts;
        }

        /// <summary>Bytes in, bytes out: puts lines into order.</summary>
        public async Task<Stream> Sort(Stream input)
        {
            var lines = new List<string>();
            using (var reader = new StreamReader(input))
            {
                for (string line = await reader.ReadLineAsync(); line != null; line = await reader.ReadLineAsync())
                {
                    lines.Add(line);
                }
            }
            lines.Sort(StringComparer.Ordinal);
            var output = new MemoryStream();
            var writer = new StreamWriter(output);
            foreach (string line in lines)
            {
                await writer.WriteAsync(line + "\n");
            }
            await writer.FlushAsync();
            return output;
        }
    }
}
