using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Aliyun.Serverless.Core;

namespace Shop
{
    public enum Size { Small, Large }

    public class Item
    {
        public string Name { get; set; }
        public int Count { get; set; }
    }

    public class Order
    {
        public List<Item> Items { get; set; }
        public Dictionary<string, long> Prices { get; set; }
        public Size Size { get; set; }
    }

    public class Receipt
    {
        public Dictionary<string, long> Lines { get; set; } = new Dictionary<string, long>();
        public bool Paid { get; set; }
        public Size Size { get; set; }
    }

    public class Orders
    {
        public Receipt Buy(Order order, IFcContext context)
        {
            if (order == null)
            {
                return null;
            }
            var receipt = new Receipt { Size = order.Size };
            foreach (Item item in order.Items)
            {
                receipt.Lines[item.Name] = item.Count * order.Prices[item.Name];
            }
            return receipt;
        }

        public static string Greet(string name) => "Hi <" + name + ">";

        public async Task<int> Length(int[] numbers)
        {
            await Task.Yield();
            return numbers.Length;
        }

        public ValueTask<int> Twice(int number) => new ValueTask<int>(2 * number);

        public void Nothing(Stream input) => Console.WriteLine("nothing");

        public async Task NothingLater(Stream input) => await Task.Yield();

        public string NoInput() => "alone";

        [FcSerializer(typeof(Reversed))]
        public string Serialized(string text) => text + "!";

        public string TooMany(string one, string two) => one + two;

        public string Twins(string one) => one;

        public string Twins(int one) => "";

        public T Generic<T>(T one) => one;

        private string Hidden(string one) => one;
    }

    public class Broken
    {
        private static readonly int Number = int.Parse("x");

        public string Handle(Stream input) => "" + Number;
    }

    public class Reversed : IFcSerializer
    {
        public T Deserialize<T>(Stream from)
        {
            char[] text = new StreamReader(from).ReadToEnd().ToCharArray();
            Array.Reverse(text);
            return (T)(object)new string(text);
        }

        public void Serialize<T>(T value, Stream to)
        {
            byte[] text = Encoding.UTF8.GetBytes("serialized " + value);
            to.Write(text, 0, text.Length);
        }
    }
}
