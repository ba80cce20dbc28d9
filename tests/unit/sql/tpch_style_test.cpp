#include <gtest/gtest.h>

#include <set>

#include "round_trip.h"

namespace doline::sql {
namespace {

/// Twenty-two queries of the shapes that TPC-H asks for, over a shop of our own.
constexpr std::string_view kQueries[] = {
    R"(select flag, state, sum(quantity) as quantity, sum(price * (1 - discount)) as net,
              avg(price) as mean, count(*) as lines
       from lines where shipped <= date '2024-12-01' - interval '90' day
       group by flag, state order by flag, state)",
    R"(select s.balance, s.name, n.name, p.id, p.maker
       from parts p, suppliers s, offers o, nations n, regions r
       where p.id = o.part and s.id = o.supplier and p.size = 15 and p.kind like '%BRASS'
         and s.nation = n.id and n.region = r.id and r.name = 'EUROPE'
         and o.cost = (select min(o2.cost) from offers o2, suppliers s2
                       where p.id = o2.part and s2.id = o2.supplier)
       order by s.balance desc, n.name, s.name, p.id limit 100)",
    R"(select l.order_id, sum(l.price * (1 - l.discount)) as revenue, o.placed, o.priority
       from customers c, orders o, lines l
       where c.segment = 'BUILDING' and c.id = o.customer and l.order_id = o.id
         and o.placed < date '2024-03-15' and l.shipped > date '2024-03-15'
       group by l.order_id, o.placed, o.priority order by revenue desc, o.placed limit 10)",
    R"(select priority, count(*) from orders
       where placed >= date '2024-07-01' and placed < date '2024-07-01' + interval '3' month
         and exists (select * from lines where order_id = orders.id and committed < received)
       group by priority order by priority)",
    R"(select n.name, sum(l.price * (1 - l.discount)) as revenue
       from customers c join orders o on c.id = o.customer join lines l on l.order_id = o.id
            join suppliers s on l.supplier = s.id and c.nation = s.nation
            join nations n on s.nation = n.id join regions r on n.region = r.id
       where r.name = 'ASIA' and o.placed between date '2024-01-01' and date '2024-12-31'
       group by n.name order by revenue desc)",
    R"(select sum(price * discount) as revenue from lines
       where shipped >= date '2024-01-01' and shipped < date '2024-01-01' + interval '1' year
         and discount between 0.06 - 0.01 and 0.06 + 0.01 and quantity < 24)",
    R"(select seller, buyer, year, sum(volume) as revenue
       from (select n1.name as seller, n2.name as buyer, extract(year from l.shipped) as year,
                    l.price * (1 - l.discount) as volume
             from suppliers s, lines l, orders o, customers c, nations n1, nations n2
             where s.id = l.supplier and o.id = l.order_id and c.id = o.customer
               and s.nation = n1.id and c.nation = n2.id
               and ((n1.name = 'FRANCE' and n2.name = 'GERMANY')
                 or (n1.name = 'GERMANY' and n2.name = 'FRANCE'))) as shipping
       group by seller, buyer, year order by seller, buyer, year)",
    R"(select year, sum(case when nation = 'BRAZIL' then volume else 0 end) / sum(volume) as share
       from (select extract(year from placed) as year, price * (1 - discount) as volume, nation
             from sales where kind = 'ECONOMY ANODIZED STEEL') as sales
       group by year order by year)",
    R"(select nation, year, sum(amount) as profit
       from (select n.name as nation, extract(year from o.placed) as year,
                    l.price * (1 - l.discount) - f.cost * l.quantity as amount
             from parts p, suppliers s, lines l, offers f, orders o, nations n
             where s.id = l.supplier and f.supplier = l.supplier and f.part = l.part
               and p.id = l.part and o.id = l.order_id and s.nation = n.id and p.name like '%green%')
       group by all order by nation, year desc)",
    R"(select c.id, c.name, sum(l.price * (1 - l.discount)) as revenue, c.balance, c.phone
       from customers as c, orders as o, lines as l
       where c.id = o.customer and l.order_id = o.id and l.flag = 'R'
       group by c.id, c.name, c.balance, c.phone order by revenue desc limit 20)",
    R"(select part, sum(cost * available) as worth from offers, suppliers
       where supplier = suppliers.id and nation = 7
       group by part having sum(cost * available) >
         (select sum(cost * available) * 0.0001 from offers, suppliers
          where supplier = suppliers.id and nation = 7)
       order by worth desc)",
    R"(select mode, sum(case when priority = '1-URGENT' or priority = '2-HIGH' then 1 else 0 end),
              sum(case when priority <> '1-URGENT' and priority <> '2-HIGH' then 1 else 0 end)
       from orders o join lines l on o.id = l.order_id
       where l.mode in ('MAIL', 'SHIP') and l.committed < l.received and l.shipped < l.committed
       group by mode order by mode)",
    R"(select orders_placed, count(*) as customers
       from (select c.id, count(o.id) from customers c
             left outer join orders o on c.id = o.customer and o.comment not like '%special%requests%'
             group by c.id) as placed (customer, orders_placed)
       group by orders_placed order by customers desc, orders_placed desc)",
    R"(select 100.00 * sum(case when kind like 'PROMO%' then price * (1 - discount) else 0 end)
              / sum(price * (1 - discount)) as share
       from lines, parts where lines.part = parts.id)",
    R"(with revenue (supplier, total) as
         (select supplier, sum(price * (1 - discount)) from lines group by supplier)
       select id, name, total from suppliers, revenue
       where id = supplier and total = (select max(total) from revenue) order by id)",
    R"(select maker, kind, size, count(distinct supplier) as suppliers
       from offers, parts where parts.id = offers.part and maker <> 'Brand#45'
         and kind not like 'MEDIUM POLISHED%' and size in (49, 14, 23, 45, 19, 3, 36, 9)
         and supplier not in (select id from suppliers where comment like '%Customer%Complaints%')
       group by maker, kind, size order by suppliers desc, maker, kind, size)",
    R"(select sum(price) / 7.0 as yearly from lines l, parts p
       where p.id = l.part and p.container = 'MED BOX'
         and quantity < (select 0.2 * avg(quantity) from lines where part = p.id))",
    R"(select c.name, c.id, o.id, o.placed, o.total, sum(l.quantity)
       from customers c, orders o, lines l
       where o.id in (select order_id from lines group by order_id having sum(quantity) > 300)
         and c.id = o.customer and o.id = l.order_id
       group by c.name, c.id, o.id, o.placed, o.total order by o.total desc, o.placed limit 100)",
    R"(select sum(price * (1 - discount)) from lines, parts
       where (parts.id = part and maker = 'Brand#12' and quantity >= 1 and quantity <= 1 + 10
              and size between 1 and 5 and mode in ('AIR', 'AIR REG'))
          or (parts.id = part and maker = 'Brand#23' and quantity >= 10 and quantity <= 10 + 10
              and size between 1 and 10 and mode in ('AIR', 'AIR REG')))",
    R"(select name, address from suppliers
       where id in (select supplier from offers
                    where part in (select id from parts where name like 'forest%')
                      and available > (select 0.5 * sum(quantity) from lines
                                       where part = offers.part and supplier = offers.supplier))
       order by name)",
    R"(select s.name, count(*) as waits from suppliers s, lines l1, orders o
       where s.id = l1.supplier and o.id = l1.order_id and l1.received > l1.committed
         and exists (select * from lines l2
                     where l2.order_id = l1.order_id and l2.supplier <> l1.supplier)
         and not exists (select * from lines l3 where l3.order_id = l1.order_id
                         and l3.supplier <> l1.supplier and l3.received > l3.committed)
       group by s.name order by waits desc, s.name limit 100)",
    R"(select code, count(*) as customers, sum(balance) as balance
       from (select substring(phone from 1 for 2) as code, balance from customers
             where substring(phone from 1 for 2) in ('13', '31', '23') and balance >
               (select avg(balance) from customers where balance > 0.00)
               and not exists (select * from orders where customer = customers.id)) as rich
       group by code order by code)",
};

TEST(TpchStyle, QueriesSurvivePrintingAndBytes) {
  std::set<std::string> printed;
  for (const std::string_view query : kQueries) printed.insert(round_trip(query));
  EXPECT_EQ(printed.size(), 22u);
  EXPECT_FALSE(printed.contains(""));
}

TEST(TpchStyle, OneInFull) {
  EXPECT_EQ(round_trip(kQueries[5]),
            "SELECT sum((price * discount)) AS revenue FROM lines WHERE ((shipped >= "
            "CAST('2024-01-01' AS date)) AND (shipped < (CAST('2024-01-01' AS date) + "
            "to_years(CAST(trunc(CAST('1' AS DOUBLE)) AS INTEGER)))) AND (discount BETWEEN (0.06 - "
            "0.01) AND (0.06 + 0.01)) AND (quantity < 24))");
}

}  // namespace
}  // namespace doline::sql
