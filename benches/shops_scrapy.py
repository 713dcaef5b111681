"""The job of benches/shops.rs done by Scrapy: load each page, fill its form, post it, look for the thanks."""

import sys

import scrapy
from scrapy.crawler import CrawlerProcess

hosts = [line.strip() for line in open(sys.argv[1]) if line.strip()]
thanked = []


class Shops(scrapy.Spider):
    name = "shops"
    custom_settings = {
        "CONCURRENT_REQUESTS": int(sys.argv[2]),
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "RETRY_ENABLED": False,
    }

    async def start(self):
        for host in hosts:
            yield scrapy.Request(f"http://{host}/contact", callback=self.fill)

    def fill(self, response):
        data = {
            "fname": "Dana",
            "lname": "Whitfield",
            "email": "shopper@bench.test",
            "phone": "5125550142",
            "message": "Does the Magnolia come with a three-car garage?",
        }
        yield scrapy.FormRequest.from_response(response, formdata=data, callback=self.done, dont_filter=True)

    def done(self, response):
        if "Thank you" in response.text:
            thanked.append(response.url)


process = CrawlerProcess()
process.crawl(Shops)
process.start()
sys.exit(0 if len(thanked) == len(hosts) else 1)
